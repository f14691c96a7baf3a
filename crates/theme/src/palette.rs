//! A realm's own colour. Pages may hold no inline style, so the colour is part of a style sheet's address, and the sheet
//! is made from it; nothing is stored and everything is cacheable.

use std::fmt::Write as _;

/// An sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour([u8; 3]);

const WHITE: Colour = Colour([255, 255, 255]);
/// What texts stand on in the base theme, light and dark.
const LIGHT_SURFACE: Colour = WHITE;
const DARK_SURFACE: Colour = Colour([0x16, 0x20, 0x30]);
const DARK_INK: Colour = Colour([0x0b, 0x12, 0x1c]);
/// WCAG 2.2, 1.4.3: text needs this contrast.
const CONTRAST: f32 = 4.5;

impl Colour {
    /// Reads `#rrggbb` or `rrggbb`.
    pub(crate) fn parse(written: &str) -> Option<Self> {
        let digits = written.strip_prefix('#').unwrap_or(written);
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// Six hexadecimal digits.
    pub(crate) fn hex(self) -> String {
        crate::resource::hex(&self.0, 3)
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(self) -> f32 {
        let [red, green, blue] = self.0.map(|channel| {
            let channel = f32::from(channel) / 255.0;
            if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(self, other: Self) -> f32 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The colour, moved as far towards another as reading on `surface` needs.
    fn readable_on(self, surface: Self, towards: Self) -> Self {
        (0..=20)
            .map(|step: u16| self.mixed(towards, step * 5))
            .find(|colour| colour.contrast(surface) >= CONTRAST)
            .unwrap_or(towards)
    }

    fn mixed(self, other: Self, percent: u16) -> Self {
        let [red, green, blue] = self.0;
        let [to_red, to_green, to_blue] = other.0;
        let mix = |from: u8, to: u8| ((u16::from(from) * (100 - percent) + u16::from(to) * percent + 50) / 100) as u8;
        Self([mix(red, to_red), mix(green, to_green), mix(blue, to_blue)])
    }
}

/// The style sheet that gives a page this colour, light and dark, with every text still readable.
pub(crate) fn style_sheet(accent: Colour) -> String {
    let light = accent.readable_on(LIGHT_SURFACE, DARK_INK);
    let dark = accent.readable_on(DARK_SURFACE, WHITE);
    let mut css = String::new();
    // Writing to a String cannot fail.
    let _ = write!(css, ":root{{{}}}", variables(light, DARK_INK));
    let _ = write!(css, "@media (prefers-color-scheme:dark){{:root{{{}}}}}", variables(dark, WHITE));
    css.push('\n');
    css
}

fn variables(accent: Colour, hover: Colour) -> String {
    let on = |surface: Colour| if WHITE.contrast(surface) >= CONTRAST { WHITE } else { DARK_INK };
    let hovered = accent.mixed(hover, 15);
    format!(
        "--accent:#{};--accent-hover:#{};--on-accent:#{}",
        accent.hex(),
        if on(hovered) == on(accent) { hovered } else { accent }.hex(),
        on(accent).hex()
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn colours_are_six_digits() {
        assert_eq!(Colour::parse("#0A7cff").unwrap().hex(), "0a7cff");
        for no in ["", "#fff", "red", "#12345g", "#1234567", "+12345", "}*{x"] {
            assert_eq!(Colour::parse(no), None, "{no}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((WHITE.contrast(Colour([0, 0, 0])) - 21.0).abs() < 0.01);
        assert!((WHITE.contrast(Colour([0x77, 0x77, 0x77])) - 4.48).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn whatever_the_colour_texts_are_readable(rgb in any::<[u8; 3]>()) {
            for (surface, towards) in [(LIGHT_SURFACE, DARK_INK), (DARK_SURFACE, WHITE)] {
                let accent = Colour(rgb).readable_on(surface, towards);
                prop_assert!(accent.contrast(surface) >= CONTRAST);
                let on = WHITE.contrast(accent).max(DARK_INK.contrast(accent));
                prop_assert!(on >= CONTRAST - 0.2, "text on {} has {}", accent.hex(), on);
            }
        }
    }
}
