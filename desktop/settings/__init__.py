"""The user's choices (options, providers, the state of windows) as JSON files, and their keys in the OS keychain."""
