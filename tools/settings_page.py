"""Writes docs/settings.md from the declarations, so that the page cannot drift."""

from pathlib import Path

from broadsheet.settings import Settings


def main() -> None:
    """Write the page."""
    lines = [
        "# Settings",
        "",
        "Each is an environment variable, or its lower-case name without the prefix in `broadsheet.toml` in the home.",
        "The environment wins over the file. `broadsheet settings show` prints what is in force. Made by `make docs`.",
        "",
        "| setting | default | is |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "the platform's data directory" if name == "home" else f"`{field.default!r}`"
        lines.append(f"| `BROADSHEET_{name.upper()}` | {default} | {field.description} |")
    Path("docs/settings.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
