"""Every colour of the console. Stylesheets use the variables named here; nothing else knows a hex value."""

from __future__ import annotations

from textual.theme import Theme

DEFAULTS = {
    "tone-good": "green",
    "tone-busy": "cyan",
    "tone-warn": "yellow",
    "tone-bad": "red",
    "tone-quiet": "gray",
    "frame": "gray",
    "frame-focus": "cyan",
    "training": "yellow",
    "training-ink": "black",
    "row-focus": "blue",
    "row-focus-ink": "white",
    "row-rest": "gray",
}
"""Own variables with a value for themes that do not set them; a variable without one stops the start."""


def _variables(**named: str) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in named.items()}


DARK = Theme(
    name="harbour-dark",
    primary="#5fb3b3",
    secondary="#8fa7b3",
    accent="#5fb3b3",
    warning="#e0b050",
    error="#e07a72",
    success="#83bf7a",
    foreground="#d5dde0",
    background="#10171b",
    surface="#162026",
    panel="#1c2a31",
    boost="#22323a",
    dark=True,
    variables=_variables(
        tone_good="#83bf7a",
        scrollbar="#34464f",
        scrollbar_hover="#5fb3b3",
        scrollbar_active="#5fb3b3",
        scrollbar_background="#10171b",
        scrollbar_background_hover="#10171b",
        scrollbar_background_active="#10171b",
        scrollbar_corner_color="#10171b",
        tone_busy="#5fb3b3",
        tone_warn="#e0b050",
        tone_bad="#e98a82",
        tone_quiet="#8497a0",
        frame="#34464f",
        frame_focus="#5fb3b3",
        training="#e0b050",
        training_ink="#10171b",
        row_focus="#24505a",
        row_focus_ink="#f2f7f8",
        row_rest="#1f2d34",
        block_cursor_background="#24505a",
        block_cursor_foreground="#f2f7f8",
        block_cursor_blurred_background="#1f2d34",
        border="#5fb3b3",
        border_blurred="#34464f",
        input_selection_background="#24505a",
    ),
)

LIGHT = Theme(
    name="harbour-light",
    primary="#0f6b75",
    secondary="#4a626c",
    accent="#0f6b75",
    warning="#8a5a00",
    error="#a8322a",
    success="#2c6e2f",
    foreground="#1d2a30",
    background="#f5f7f7",
    surface="#ffffff",
    panel="#e6ecee",
    boost="#dbe4e7",
    dark=False,
    variables=_variables(
        tone_good="#2c6e2f",
        scrollbar="#b7c4c9",
        scrollbar_hover="#0f6b75",
        scrollbar_active="#0f6b75",
        scrollbar_background="#f5f7f7",
        scrollbar_background_hover="#f5f7f7",
        scrollbar_background_active="#f5f7f7",
        scrollbar_corner_color="#f5f7f7",
        tone_busy="#0f6b75",
        tone_warn="#8a5a00",
        tone_bad="#a8322a",
        tone_quiet="#5b6c74",
        frame="#b7c4c9",
        frame_focus="#0f6b75",
        training="#b87800",
        training_ink="#ffffff",
        row_focus="#0f6b75",
        row_focus_ink="#ffffff",
        row_rest="#dbe4e7",
        block_cursor_background="#0f6b75",
        block_cursor_foreground="#ffffff",
        block_cursor_blurred_background="#dbe4e7",
        border="#0f6b75",
        border_blurred="#b7c4c9",
        input_selection_background="#b9d9dc",
    ),
)

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#ffff00",
    secondary="#ffffff",
    accent="#ffff00",
    warning="#ffd000",
    error="#ff8080",
    success="#80ff80",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#101010",
    boost="#202020",
    dark=True,
    text_alpha=1.0,
    variables=_variables(
        tone_good="#80ff80",
        scrollbar="#b0b0b0",
        scrollbar_hover="#ffff00",
        scrollbar_active="#ffff00",
        scrollbar_background="#000000",
        scrollbar_background_hover="#000000",
        scrollbar_background_active="#000000",
        scrollbar_corner_color="#000000",
        tone_busy="#80ffff",
        tone_warn="#ffd000",
        tone_bad="#ff9090",
        tone_quiet="#d0d0d0",
        frame="#b0b0b0",
        frame_focus="#ffff00",
        training="#ffd000",
        training_ink="#000000",
        row_focus="#ffff00",
        row_focus_ink="#000000",
        row_rest="#404040",
        block_cursor_background="#ffff00",
        block_cursor_foreground="#000000",
        block_cursor_blurred_background="#404040",
        border="#ffff00",
        border_blurred="#b0b0b0",
    ),
)

SIXTEEN = Theme(
    name="sixteen-colours",
    primary="ansi_cyan",
    secondary="ansi_white",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    ansi=True,
    variables=_variables(
        tone_good="ansi_green",
        scrollbar="ansi_white",
        scrollbar_hover="ansi_cyan",
        scrollbar_active="ansi_cyan",
        scrollbar_background="ansi_default",
        scrollbar_background_hover="ansi_default",
        scrollbar_background_active="ansi_default",
        scrollbar_corner_color="ansi_default",
        tone_busy="ansi_cyan",
        tone_warn="ansi_yellow",
        tone_bad="ansi_red",
        tone_quiet="ansi_default",
        frame="ansi_default",
        frame_focus="ansi_cyan",
        training="ansi_yellow",
        training_ink="ansi_black",
        row_focus="ansi_cyan",
        row_focus_ink="ansi_black",
        row_rest="ansi_default",
        ansi_background="ansi_black",
        ansi_foreground="ansi_white",
        border="ansi_cyan",
        border_blurred="ansi_default",
        block_cursor_background="ansi_cyan",
        block_cursor_foreground="ansi_black",
        input_cursor_background="ansi_white",
        input_cursor_foreground="ansi_black",
        input_cursor_text_style="none",
        input_selection_background="ansi_cyan",
        input_selection_foreground="ansi_black",
        screen_selection_background="ansi_cyan",
        screen_selection_foreground="ansi_black",
    ),
)

ALL = (DARK, LIGHT, HIGH_CONTRAST, SIXTEEN)
NAMES = tuple(each.name for each in ALL)


def fitting(wanted: str, colour_system: str | None, no_color: bool) -> str:
    """The theme to start with: the wanted one if it exists, the sixteen-colour one where the terminal has no more.

    ``colour_system`` is rich's word for what the terminal can do, None when it can do none.
    """
    if no_color or colour_system in (None, "standard", "windows"):
        return SIXTEEN.name
    return wanted if wanted in NAMES else DARK.name
