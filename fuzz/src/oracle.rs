//! What holds for every parser, whatever it is given.

use std::fmt::{Debug, Display};

/// How much larger than its input a printed result may be. `Debug` of a data object names each of its fields, which
/// is more than the three bytes that the object took.
const FACTOR: usize = 160;
/// What even the result of an empty input may take.
const FLOOR: usize = 16_384;

/// A result stays in proportion to the input it was made from, and can be printed.
pub fn in_proportion(input: &[u8], value: &impl Debug) {
    let printed = format!("{value:?}").len();
    let limit = input.len() * FACTOR + FLOOR;
    assert!(printed <= limit, "{printed} characters were made of {} bytes", input.len());
}

/// An error can be printed and stays in proportion.
pub fn explained(input: &[u8], error: &(impl Debug + Display)) {
    let message = error.to_string();
    assert!(!message.is_empty(), "{error:?} says nothing");
    assert!(message.len() <= input.len() * FACTOR + FLOOR, "{} characters of message", message.len());
    in_proportion(input, error);
}

/// Checks a result or an error, and gives the result.
pub fn sound<T: Debug, E: Debug + Display>(input: &[u8], result: Result<T, E>) -> Option<T> {
    match result {
        Ok(value) => {
            in_proportion(input, &value);
            Some(value)
        }
        Err(error) => {
            explained(input, &error);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "characters were made of")]
    fn a_result_out_of_proportion_is_noticed() {
        in_proportion(&[0; 8], &vec![0_u8; FLOOR]);
    }

    #[test]
    fn a_result_in_proportion_is_given_back() {
        assert_eq!(sound(&[1], Ok::<_, std::fmt::Error>(1)), Some(1));
        assert_eq!(sound::<u8, _>(&[1], Err(std::fmt::Error)), None);
    }
}
