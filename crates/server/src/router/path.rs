//! Which paths are looked at at all.

/// What is wrong with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathFault {
    /// It has empty or dot segments: two readers could take it for two paths.
    NotNormal,
    /// A segment hides a separator or an end of text.
    Hidden,
}

/// Where realms are administered.
const ADMINISTRATION: &str = "/admin/realms/";

/// RFC 3986 §5.2.4 and §6.2.2: a path with dot segments or empty segments is not normal; Keycloak answers it 400. One
/// whose segments decode to `/`, `\`, NUL or carry parameters (§3.3, `;`) names nothing that could be there.
///
/// Administration names roles, groups and mappers by what they are called, and that may hold a `/`: below a realm of `/admin/`
/// an escaped one is part of a name. Segments are told apart before anything is decoded, so it cannot become another path.
pub(crate) fn check(path: &str) -> Result<(), PathFault> {
    let names_hold_slashes = path.strip_prefix(ADMINISTRATION).is_some_and(|below| below.contains('/'));
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        if (segment.is_empty() && !last) || is_dots(segment) {
            return Err(PathFault::NotNormal);
        }
        if hides(segment, names_hold_slashes) {
            return Err(PathFault::Hidden);
        }
    }
    Ok(())
}

/// `.` or `..`, however each dot is written.
fn is_dots(segment: &str) -> bool {
    let mut rest = segment.as_bytes();
    let mut dots = 0;
    while !rest.is_empty() {
        rest = match rest {
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => rest,
            _ => return false,
        };
        dots += 1;
    }
    dots == 1 || dots == 2
}

fn hides(segment: &str, names_hold_slashes: bool) -> bool {
    segment.bytes().any(|byte| matches!(byte, b'\\' | b';'))
        || segment.as_bytes().windows(3).any(|three| match three {
            [b'%', b'2', b'f' | b'F'] => !names_hold_slashes,
            [b'%', b'5', b'c' | b'C'] | [b'%', b'0', b'0'] | [b'%', b'3', b'b' | b'B'] => true,
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a51_paths_that_are_not_normal() {
        for path in ["/realms/a/../b", "/realms//a", "//", "/realms/./a", "/realms/%2e%2E/a", "/realms/.%2e", "/a/.."] {
            assert_eq!(check(path), Err(PathFault::NotNormal), "{path}");
        }
    }

    #[test]
    fn a51_paths_that_hide_something() {
        for path in
            ["/realms/..%2fmaster", "/realms/a%00", "/realms/a;x=1", "/realms/a%5Cb", "/realms/a\\b", "/realms/a%3bx"]
        {
            assert_eq!(check(path), Err(PathFault::Hidden), "{path}");
        }
    }

    #[test]
    fn a51_a_slash_is_part_of_a_name_below_an_administered_realm_alone() {
        assert_eq!(check("/admin/realms/port/roles/a%2Fb"), Ok(()));
        for path in ["/admin/realms/a%2Fb", "/admin/realms/port/roles/a%00", "/admin/realms/port/roles/a%5Cb"] {
            assert_eq!(check(path), Err(PathFault::Hidden), "{path}");
        }
        assert_eq!(check("/admin/realms/port/%2e%2e/x"), Err(PathFault::NotNormal));
    }

    #[test]
    fn a51_ordinary_paths() {
        for path in ["/", "", "/realms/a", "/realms/a/", "/realms/a.b..c/protocol", "/realms/%20", "/realms/...", "*"] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }
}
