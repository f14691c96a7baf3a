//! Published test vectors, shared by the tests of several files. Every key here is public knowledge.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// RFC 7515 appendix A.2, the RSA key as PKCS#1.
pub(crate) const RFC7515_A2_PKCS1: &str = "MIIEowIBAAKCAQEAofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxXFvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQIDAQABAoIBABKucaRpzQorw35SbEUAVx8dYXUdZOlJcHtiWQ+dC6V8ljxAHj/PLyzTveyI5QO/xkObCyjIL303l2cfUhPu2MFaJdjVzqACXuOrLot/eSFvxjvqVidTtAZExqFRJ9mylUVAoLvhowVWmC1On95fZCXxTUtxNEG1Xcc7m0rtzJKs45J+N/V9DP1edYH6USyPSWGp6wuA+KgHRnKKVf9GRx80JQY7nVNkL17eHoTWEwga+lwi0FEoW9Y7lDtWXYmKBWhUE+U8PGxlJf8f40493HDw1WRQ/aSLoS4QTp3rn7gYgeHEvfJdkkf0UMhlknlo53M09EFPdadQ4TlUbjqKc50CgYEA4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH/5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw/Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn+nXqhJTBgIPgtldC+KDV5z+y2XDwGUcCgYEAuQPEfgmVtjL0Uyyx88GZFF1fOunH3+7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD/YwD66t62wDmpe/HlB+TnBA+njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdcCgYAHAp9XcCSrn8wVkMVkKdb7DOX4IKjzdahm+ctDAJN4O/y7OW5FKebvUjdAIt2GuoTZ71iTG+7F0F+lP88jtjP4U4qe7VHoewl4MKOfXZKTe+YCS1XbNvfgwJ3Ltyl1OH9hWvu2yza7q+d5PCsDzqtm27kxuvULVeya+TEdAB1ijQKBgQCH/3r6YrVH/uCWGy6bzV1nGNOdjKc9tmkfOJmN54dxdixdpozCQ6U4OxZrsj3FcOhHBsqAHvX2uuYjagqvo3cOj1TRqNocX40omfCCMx3bD1yPPf/6TI2XECva/ggqEY2mYzmIiA5LVVmc5nrybr+lssFKneeyxN2Wq93S0iJMdQKBgCGHewxzoa1r8ZMD0LETNrToK423K377UCYqXfg5XMclbrjPbEC3YI1ZNqMtuhdBJqUnBi6tjKMF+34Xf0CUN8ncuXGO2CAYvO8PdyCixHX52ybaDjy1FtCE6yUXjoKNXKvUm7MWGsAYH6f4IegOetN5NvmUMFStCSkh7ixZLkN1";
/// The same key as PKCS#8.
pub(crate) const RFC7515_A2_PKCS8: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXOjS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxLaYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNnjuygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkftoaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHgVFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/GO+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0KpLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqElMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAPrq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNwkgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds29+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcGyoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZjOYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A5603k2+ZQwVK0JKSHuLFkuQ3U=";
/// The payload of A.2 and A.3, encoded.
pub(crate) const RFC7515_PAYLOAD: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
/// The RS256 signature of A.2.
pub(crate) const RFC7515_A2_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
/// A.3, the P-256 public key.
pub(crate) const RFC7515_A3_SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==";
/// The ES256 signature of A.3.
pub(crate) const RFC7515_A3_SIGNATURE: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
/// A.4, the P-521 public key.
pub(crate) const RFC7515_A4_SPKI: &str = "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQB6SkFDxJPxrxVx9U5M2Xfne9KsMIssleY+TTrBOPGuuNwGlenkQ6dgb82MVno68sVXWNJ9L22zPipTFxZx6rBAaQANKZEDjdnUNI3H9G9wsjztx0vTuXqNDLIFcyjFWD+XZOH7HdLVYOGMOXLv1qMvgqR3QBkxpmaH25uZ/rd7eTIyPY=";
/// The ES512 signature of A.4 over the payload `Payload`.
pub(crate) const RFC7515_A4_SIGNATURE: &str = "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
/// An RSA key of 1024 bits, too small to sign with.
pub(crate) const RSA_1024_PKCS1: &str = "MIICXQIBAAKBgQCf2Nj4cRChF67oCTcX3UF0I1qn/7rGLSZV2U984arLYdGDqoUTVYKMcJjWB99W1gVjfdaHRTFKBU2xCtUstUnCwwjSHnd8pZfxbfYzAEO77499Xu9/ZRXFAkuKwtpGTfrnQd+g8JfaWwEV0fE8cliousgg2BUE+5/DKnnsw/aazQIDAQABAoGBAJ2uYvJJTpcq7q4UkRVofG3dhktdWFiwJzXepavSTRJOD0isCJQ28Q4q8ImJwIY/n5cyhlJwLhwPuUEhJ4Lv3q7DbC+L48ZCqTfR8DsItwsIH0JfH3YQYRx7azXsG6yHQm+T61NQkmSgI+6HMdpB6w9AqTS05PCUhd2FflRqqtQBAkEAy4k3bKexnahZaRoj2L6rLhDwtSZ4DkxkMNm6ZR9mjn0hiEeRFc1fFmBjV76+FYC7IuNSsH9AZQ2cUqE/lBBnzQJBAMkMt6kZSINGd4oq5lozl7f0M9GSC6TcuPtjc0HNg7KeNEI4jK9pePMPhc1G+N2GeTHe2ikVUAlGImkhNZeF/wECQEeNKmXRIfiZmS0Amn90r/rWy7fzGRt1sXcW45bvDf+jb6lX92Ihu37DTckn7ezjP2ZJYeVYJswfl8fYleA4UDUCQQCKml7fkBOilOkCcvLdiqX05sD2oMWwQY6xmG00FzfM4y5J3Ox4XbFJeBEZZO1a40MYM3eZTR0hV52PdpqYvIMBAkA3F47X8EuoBcnbH3H0G4VD/7kPVnrMA75jQaJewrfIPOmRu5S77IhYwyonstUZlKeJNLFrbFLhx6Axm3T7kIki";
/// RFC 8037 appendix A.1, the Ed25519 key as PKCS#8 version 1.
pub(crate) const RFC8037_PKCS8: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
/// RFC 7638 section 3.1, the RSA public key.
pub(crate) const RFC7638_SPKI: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc/BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ/2W+5JsGY4Hc5n9yBXArwl93lqt7/RN5w6Cf0h4QyQ5v+65YGjQR0/FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt+bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ+G/xBniIqbw0Ls1jF44+csFCur+kEgU8awapJzKnqDKgwIDAQAB";
/// The P-256 public key in the registry's description of its tokens.
pub(crate) const REGISTRY_SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEm7zUpx3b+zmVE5cymSs64POG9QcyEpJaYCD82+549/R1TduLPyxn/wY8H6h2bxbHPeU0OvXFwBBA9Bo5yvV+Zw==";
/// A P-256 key as Keycloak 26 writes it: PKCS#8 without the public half.
pub(crate) const KEYCLOAK_P256_PKCS8: &str =
    "MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCCohHWg3gq4ia2Oo/LUgYHb7dFzJeb6w3NYVV0ZOlp0sA==";
/// Its public half as Keycloak wrote it beside.
pub(crate) const KEYCLOAK_P256_SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEUEva2z0UJIbIxjDRmgMALk1Oz2vrCOAGl7mXaodu4OcFphEV2t0by8eFr2HZaRLcKeftXSIB5zxb4HQZgxAm1w==";
/// A certificate as Keycloak writes it: X.509 version 1.
pub(crate) const KEYCLOAK_CERTIFICATE: &str = "MIICnTCCAYUCBgGiA3YpgjANBgkqhkiG9w0BAQsFADASMRAwDgYDVQQDDAdoYXJib3VyMB4XDTI2MTEyMjEzMzE0NVoXDTM2MTEyMjEzMzMyNVowEjEQMA4GA1UEAwwHaGFyYm91cjCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAOYN70M2JEvUjLutl1lLsnQWtpDzZCXnSo2WUKm7QzoMiWxyIhEk2fsdbHf9BCNat3WKicNBqHAR/0aiAbdE+UYL2RZZERuEOTmRbZOCPGI389zfaJZYQBmq6kHIGCs/z6mJfKkLCsOEX834+vs3b7yaAhKYKIDiV4K4MAzMCRz0fZHTHz308au5nRdOGeT3H38colEepfk7rpPkLb66tzkkL4tNctnyK73PDGJTN1Ts9WpF9w/oYLBJS4mWno0KdWyGK8Wz3lOK2k66HtFZ1mnEydg+2zCmTwOzmZVvRohrYngfYyVVygBtfPYFG4DD5zTbu3BzED1vOd2q4pnCtykCAwEAATANBgkqhkiG9w0BAQsFAAOCAQEAbI5lwxb8EEItBNvypUl7J6dUuIXsfQ8jigzIvSsoLlyIh5OQXgErsBZGr6el3QbIGi0qPmmEuv6Ul6bhdMtdcKMe44TvDicX/AOE3TVCRq84xRabWBeMT3yzfJZIPMHCgXMS/L/M5T38kZrsgeAQBnTh4tEM6foCzY6MaGCDGMzRRthImkHDqXzRhGJbq5K48jRYb16tLqvcU9LEnH3bQNdW31qHr5Kcdn1Mrn5J+6l3RCeOx7qaI7yT6qVuX3vaDm26dKxchgJLHgJXDU2Cq+4F4/kUyE7auIv5qVPxTLRUtV+5+eRQHDKcxWcHbZaHgxTatqw3iQ77Yk0yDPxSdg==";

/// A point whose coordinate begins with a zero byte: the name of the curve, the public key, both coordinates in full
/// width, and the thumbprint over them. Computed with another library (pyca/cryptography).
pub(crate) struct LeadingZero {
    pub(crate) curve: &'static str,
    pub(crate) spki: &'static str,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
    pub(crate) thumbprint: &'static str,
}

/// One for each coordinate of P-256 and P-384; on P-521 both coordinates nearly always begin so.
pub(crate) const LEADING_ZEROS: [LeadingZero; 5] = [
    LeadingZero {
        curve: "P-256",
        spki: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAFVDiUrz0A7X10Cr29dclrBod7eH219w7qeLkKjXwAq7TIWj2Oop76r6JEBpEt2E1bFNwyv2Vu9sa9WKXZQ/kg==",
        x: "AFVDiUrz0A7X10Cr29dclrBod7eH219w7qeLkKjXwAo",
        y: "u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I",
        thumbprint: "7Yxe6c_3bAa6kiaK1G-BZmi9EeNsUmlcbdnrtLeuK4E",
    },
    LeadingZero {
        curve: "P-256",
        spki: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmGriUG8f8QTQQjCGHY9LSY9LxMbQCbMPdUTcEpuC0o0APMzApkYOCuMopNl9PHth2G/GKJwYnyUlEQxEG7B+lw==",
        x: "mGriUG8f8QTQQjCGHY9LSY9LxMbQCbMPdUTcEpuC0o0",
        y: "ADzMwKZGDgrjKKTZfTx7YdhvxiicGJ8lJREMRBuwfpc",
        thumbprint: "WZsjbh58q8kl1WsGShqtiycImZtCgGbukDn4RAacMig",
    },
    LeadingZero {
        curve: "P-384",
        spki: "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEAE0QSybuVnH3LBDJhoQdPmXSheJRYWG3uqNBsSYxueMrbw1YlthDHFHV2To3y8kO8RoeP4t7kFOO5CzADuk0puLuJVQWB9j7ZceosR4viGhTiG7vOGXskzIAufJVmfKf",
        x: "AE0QSybuVnH3LBDJhoQdPmXSheJRYWG3uqNBsSYxueMrbw1YlthDHFHV2To3y8kO",
        y: "8RoeP4t7kFOO5CzADuk0puLuJVQWB9j7ZceosR4viGhTiG7vOGXskzIAufJVmfKf",
        thumbprint: "3zGgfCTYC-l6UH4_4PwByXaVX5czHdwQ2j1LDWQQiD0",
    },
    LeadingZero {
        curve: "P-384",
        spki: "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE0DqnSPX0jrPgxUtoPyXS4tfX4yASgqlbV6Wf+4+Uz0xDsRB8qUS5IRw1ERLeFu0YAAoIxgLcXgAx2tCIwZMF9rJSorw/JF96W4C0hMe5n2mBwyN0xxSnaDJV9TMfZrsG",
        x: "0DqnSPX0jrPgxUtoPyXS4tfX4yASgqlbV6Wf-4-Uz0xDsRB8qUS5IRw1ERLeFu0Y",
        y: "AAoIxgLcXgAx2tCIwZMF9rJSorw_JF96W4C0hMe5n2mBwyN0xxSnaDJV9TMfZrsG",
        thumbprint: "eHlvCJwnS4D8Ed9sbbTuEHD0Ln22xw8bQ-OvMdNm-JI",
    },
    LeadingZero {
        curve: "P-521",
        spki: "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAQzwhkCQnfn5oL8sogUjCgnR0AyebHMwGNSxuVQXXab6Xs7IE2m71VQeqEEo6NcWvQc8vo2TWD9ln9D45M7pteD0A9LuMx/htsmcAp/Ps7u7T8LXGtRB8Tal3QKshopkGxC27s+N33p8lH2uTk3+pmjJI9Or8vpXtwPT3G+NW1mH0GwI=",
        x: "AEM8IZAkJ35-aC_LKIFIwoJ0dAMnmxzMBjUsblUF12m-l7OyBNpu9VUHqhBKOjXFr0HPL6Nk1g_ZZ_Q-OTO6bXg9",
        y: "APS7jMf4bbJnAKfz7O7u0_C1xrUQfE2pd0CrIaKZBsQtu7Pjd96fJR9rk5N_qZoySPTq_L6V7cD09xvjVtZh9BsC",
        thumbprint: "e-_85PKDQjKiSu4v0RbUQ1uS3YICutuB3czPg9ymCic",
    },
];

/// The bytes of standard base64.
pub(crate) fn der(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

/// The bytes of base64url without padding.
pub(crate) fn url(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Lower-case hexadecimal, as the specifications print digests.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
