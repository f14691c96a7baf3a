//! QR codes as SVG paths.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Modules of light around the code (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;

/// A code, as an SVG draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    /// Side of the square, quiet zone included.
    pub(super) side: i32,
    /// The dark modules as a path's `d`: only letters and numbers.
    pub(super) path: String,
}

/// `None` for a text that is too long for any code.
pub(super) fn draw(text: &str) -> Option<Picture> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
            if run > 0 {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    Some(Picture { side: code.size() + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let text = "otpauth://totp/Harbour:ada?secret=JBSWY3DPEHPK3PXP&issuer=Harbour";
        let picture = draw(text).unwrap();
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = dark.filter(|(x, y)| code.get_module(*x, *y)).count();
        let drawn: usize = picture
            .path
            .split('M')
            .skip(1)
            .map(|run| run.split(['h', 'v']).nth(1).unwrap().parse::<usize>().unwrap())
            .sum();
        assert_eq!(drawn, dark);
        assert_eq!(picture.side, code.size() + 8);
    }

    #[test]
    fn a_text_that_fits_no_code_has_no_picture() {
        assert_eq!(draw(&"a".repeat(5000)), None);
    }
}
