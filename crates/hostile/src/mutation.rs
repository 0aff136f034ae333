//! Mutations: the same bytes changed in many small ways, always the same ones.
//!
//! House rule: a test that fails fails again.

/// What parsers stumble over, put where nobody expects it.
const TOKENS: [&[u8]; 24] = [
    b"\0",
    b"\xff",
    b"\xf0\x9f\x92\xa5",
    b"\r\n",
    b"\n\n",
    b"---\n",
    b"...\n",
    b"&a [*a,*a]",
    b"<<: *a",
    b"!!str ",
    b"\t",
    b"\"",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b"${plan.root}",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"9999-12-31T23:59:59Z",
    b"../../etc/passwd",
    b"\xe2\x80\xae",
];

/// A source of numbers that look random, from a seed.
pub struct Chance(u64);

impl Chance {
    /// Returns the source of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0).checked_rem(end).unwrap_or(0)
    }
}

/// Returns `bytes` changed in one to four places.
pub fn mutated(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + 1 + chance.below(64)).min(bytes.len());
        match chance.below(7) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
            1 => drop(bytes.drain(at..end.max(at))),
            2 => bytes.truncate(at),
            3 => {
                let piece = bytes.get(at..end).unwrap_or_default().to_vec();
                let to = chance.below(bytes.len() + 1);
                drop(bytes.splice(to..to, piece));
            }
            4 => {
                let line = bytes.split(|it| *it == b'\n').nth(chance.below(40)).map(<[u8]>::to_vec);
                let line = [line.unwrap_or_default(), b"\n".to_vec()].concat();
                drop(bytes.splice(at..at, line));
            }
            5 => drop(bytes.splice(at..end.max(at), chance_token(chance).to_vec())),
            _ => {
                let token = chance_token(chance);
                drop(bytes.splice(at..at, token.repeat(1 + chance.below(300))));
            }
        }
    }
    bytes
}

fn chance_token(chance: &mut Chance) -> &'static [u8] {
    TOKENS.get(chance.below(TOKENS.len())).copied().unwrap_or_default()
}
