//! Error rates by group of people (R-120; ISO/IEC 19795-10).

use std::collections::BTreeMap;
use std::path::Path;

use face::rates::Trials;
use serde::Serialize;

use super::eval::{Rate, Trial};
use super::trials::Plan;
use crate::failure::Failure;

/// The groups of each person.
pub(crate) struct Labels {
    columns: Vec<String>,
    of_person: BTreeMap<String, Vec<String>>,
}

/// Rates of trials within one group, at the threshold in use.
#[derive(Serialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) fmr: Rate,
    pub(crate) fnmr: Rate,
}

impl Labels {
    /// A CSV with the head `person,...`; values without commas.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(Failure::unreadable(path))?;
        Self::parse(&text).map_err(|(line, problem)| Failure::Pairs { path: path.to_owned(), line, problem })
    }

    fn parse(text: &str) -> Result<Self, (usize, &'static str)> {
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let head = lines.next().map(|(_, line)| line).unwrap_or_default();
        let mut columns = head.split(',').map(|column| column.trim().to_owned());
        if columns.next().as_deref() != Some("person") {
            return Err((1, "the head line does not begin with person"));
        }
        let columns: Vec<String> = columns.collect();
        let mut of_person = BTreeMap::new();
        for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let mut words = line.split(',').map(|word| word.trim().to_owned());
            let person = words.next().unwrap_or_default();
            let groups: Vec<String> = words.collect();
            if groups.len() != columns.len() {
                return Err((at, "the line has not as many values as the head line"));
            }
            if of_person.insert(person, groups).is_some() {
                return Err((at, "the person stands there twice"));
            }
        }
        Ok(Self { columns, of_person })
    }
}

/// The rates of each group: mated trials of its people, non-mated trials between two of them.
pub(crate) fn rates(labels: &Labels, plan: &Plan, trials: &[Trial], threshold: f32) -> Vec<Group> {
    let mut found = Vec::new();
    for (column, title) in labels.columns.iter().enumerate() {
        let group_of: Vec<Option<&String>> = plan
            .names
            .iter()
            .map(|name| labels.of_person.get(name).and_then(|groups| groups.get(column)))
            .collect();
        let mut by_group: BTreeMap<&String, (Vec<f32>, Vec<f32>)> = BTreeMap::new();
        for trial in trials {
            let of = |picture: u32| group_of[plan.persons[picture as usize]];
            let (Some(one), Some(other)) = (of(trial.pair[0]), of(trial.pair[1])) else { continue };
            if one == other {
                let scores = by_group.entry(one).or_default();
                if trial.mated { scores.0.push(trial.score) } else { scores.1.push(trial.score) }
            }
        }
        for (group, (mated, non_mated)) in by_group {
            let Ok(trials) = Trials::new(mated, non_mated) else { continue };
            found.push(Group {
                name: format!("{title} {group}"),
                fmr: trials.fmr(threshold).into(),
                fnmr: trials.fnmr(threshold).into(),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_are_not_whole_are_named_by_line() {
        assert!(Labels::parse("person,age\na,18\nb,30\n").is_ok());
        for (text, line) in [("name,age\n", 1), ("person,age\na\n", 2), ("person,age\na,1\na,2\n", 3)] {
            assert_eq!(Labels::parse(text).err().map(|(line, _)| line), Some(line), "{text:?}");
        }
    }
}
