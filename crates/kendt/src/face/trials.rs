//! Which pictures are compared with which: the pairs of LFW, or all pairs of a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Pictures, whose they are, and the pairs of an evaluation.
pub(crate) struct Plan {
    /// Paths below the folder, without order of persons.
    pub(crate) pictures: Vec<PathBuf>,
    /// The person on each picture, by number.
    pub(crate) persons: Vec<usize>,
    /// How each person's folder is called.
    pub(crate) names: Vec<String>,
    /// The pairs by fold; nothing for all pairs.
    pub(crate) folds: Option<Vec<Vec<[usize; 2]>>>,
}

/// Every picture of a folder with one subfolder for each person.
pub(crate) fn of_folder(folder: &Path) -> Result<Plan, Failure> {
    let mut plan = Plan { pictures: Vec::new(), persons: Vec::new(), names: Vec::new(), folds: None };
    for person in sorted(folder)?.into_iter().filter(|path| path.is_dir()) {
        let name = name_of(&person);
        for picture in sorted(&person)?.into_iter().filter(|path| is_picture(path)) {
            plan.pictures.push(Path::new(&name).join(name_of(&picture)));
            plan.persons.push(plan.names.len());
        }
        plan.names.push(name);
    }
    Ok(plan)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(Failure::unreadable(folder))?;
    let paths: Result<Vec<PathBuf>, std::io::Error> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(Failure::unreadable(folder))?;
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a file is called as pictures are. What it is, is told from its bytes later.
pub(crate) fn is_picture(path: &Path) -> bool {
    const ENDINGS: [&str; 8] = ["jpg", "jpeg", "jp2", "j2k", "jpc", "png", "webp", "bin"];
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    ENDINGS.iter().any(|known| ending == *known)
}

/// The pairs of a file in the format of LFW (`pairs.txt`): folds and pairs of each kind in a fold on the first line, then for each
/// fold `person n m` for two pictures of one and `person n other m` for pictures of two. Pictures are `person/person_NNNN.jpg`.
pub(crate) fn of_pairs(path: &Path) -> Result<Plan, Failure> {
    let text = std::fs::read_to_string(path).map_err(Failure::unreadable(path))?;
    parse_pairs(&text).map_err(|(line, problem)| Failure::Pairs { path: path.to_owned(), line, problem })
}

fn parse_pairs(text: &str) -> Result<Plan, (usize, &'static str)> {
    let mut lines =
        text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim().is_empty());
    let (_, head) = lines.next().ok_or((1, "the file is empty"))?;
    let counts: Vec<usize> = head.split_whitespace().map_while(|word| word.parse().ok()).collect();
    let per_fold = match counts.as_slice() {
        [folds, pairs] if *folds >= 2 && *pairs >= 1 => 2 * pairs,
        _ => return Err((1, "the first line is not two numbers: folds, and pairs of each kind in a fold")),
    };
    let mut plan = Plan { pictures: Vec::new(), persons: Vec::new(), names: Vec::new(), folds: None };
    let (mut by_person, mut by_picture) = (BTreeMap::new(), BTreeMap::new());
    let mut folds: Vec<Vec<[usize; 2]>> = Vec::new();
    for (index, (at, line)) in lines.enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ((one, n), (other, m)) = match words.as_slice() {
            [person, n, m] => ((*person, *n), (*person, *m)),
            [one, n, other, m] => ((*one, *n), (*other, *m)),
            _ => return Err((at, "a pair has three or four words")),
        };
        let mut picture = |person: &str, number: &str| -> Result<usize, (usize, &'static str)> {
            let number: u32 = number.parse().map_err(|_| (at, "the number of a picture is none"))?;
            if person.contains(['/', '\\']) || person.starts_with('.') {
                return Err((at, "the name of a person is no name of a folder"));
            }
            let owner = *by_person.entry(person.to_owned()).or_insert_with(|| {
                plan.names.push(person.to_owned());
                plan.names.len() - 1
            });
            Ok(*by_picture.entry((owner, number)).or_insert_with(|| {
                plan.pictures.push(Path::new(person).join(format!("{person}_{number:04}.jpg")));
                plan.persons.push(owner);
                plan.pictures.len() - 1
            }))
        };
        let pair = [picture(one, n)?, picture(other, m)?];
        if index % per_fold == 0 {
            folds.push(Vec::new());
        }
        if let Some(fold) = folds.last_mut() {
            fold.push(pair);
        }
    }
    if folds.len() != counts[0] || folds.last().is_none_or(|fold| fold.len() != per_fold) {
        return Err((1, "there are not as many pairs as the first line says"));
    }
    plan.folds = Some(folds);
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_by_fold_and_each_picture_once() {
        let plan = parse_pairs("2\t1\nA_B\t1\t4\nA_B\t1\tC\t2\nC 1 2\nC 1 A_B 4\n")
            .unwrap_or_else(|_| unreachable!());
        let names: Vec<String> =
            plan.pictures.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["A_B/A_B_0001.jpg", "A_B/A_B_0004.jpg", "C/C_0002.jpg", "C/C_0001.jpg"]);
        assert_eq!(plan.persons, [0, 0, 1, 1]);
        assert_eq!(plan.folds, Some(vec![vec![[0, 1], [0, 2]], vec![[3, 2], [3, 1]]]));
    }

    #[test]
    fn a_line_that_is_no_pair_is_named() {
        for (text, line) in [
            ("", 1),
            ("10\n", 1),
            ("2 1\nA 1\n", 2),
            ("2 1\nA 1 2\nA x 2\n", 3),
            ("2 1\nA 1 2\nA 1 B 1\n", 1),
            ("2 1\n../A 1 2\n", 2),
        ] {
            assert_eq!(parse_pairs(text).err().map(|(line, _)| line), Some(line), "{text:?}");
        }
    }
}
