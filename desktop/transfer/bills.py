"""The files of providers that can be compared with the ledger."""

from desktop.transfer import bill_anthropic, bill_openai, bill_openrouter

LAYOUTS = (*bill_openai.LAYOUTS, *bill_anthropic.LAYOUTS, *bill_openrouter.LAYOUTS)
