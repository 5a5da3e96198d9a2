"""The version resource of the Windows program: what Explorer shows under Properties, Details."""

from PyInstaller.utils.win32.versioninfo import (
    FixedFileInfo,
    StringFileInfo,
    StringStruct,
    StringTable,
    VarFileInfo,
    VarStruct,
    VSVersionInfo,
)

ENGLISH, UNICODE = 0x0409, 1200


def version_resource(name: str, version: str) -> VSVersionInfo:
    """`version` is `major.minor.patch`."""
    numbers = (*map(int, version.split(".")), 0)
    texts = {
        "CompanyName": f"The {name} authors",
        "FileDescription": name,
        "FileVersion": version,
        "InternalName": name.lower(),
        "LegalCopyright": f"© The {name} authors. MIT licence.",
        "OriginalFilename": f"{name.lower()}.exe",
        "ProductName": name,
        "ProductVersion": version,
    }
    table = StringTable(f"{ENGLISH:04x}{UNICODE:04x}", [StringStruct(key, text) for key, text in texts.items()])
    translation = VarStruct("Translation", [ENGLISH, UNICODE])
    fixed = FixedFileInfo(filevers=numbers, prodvers=numbers, mask=0x3F, OS=0x40004, fileType=0x1)
    return VSVersionInfo(ffi=fixed, kids=[StringFileInfo([table]), VarFileInfo([translation])])
