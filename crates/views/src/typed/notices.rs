//! Commands about messages and training, as they are typed.

use super::{TEXT, quoted};
use model::message::MessageCommand;
use model::training::{SessionTime, TrainingCommand};

pub(super) fn message(command: &MessageCommand) -> String {
    match command {
        MessageCommand::Acknowledge { letter, .. } => format!("message acknowledge {letter}"),
        MessageCommand::HandOver { letter, evidence } => {
            format!("message hand-over {letter} --evidence {}", quoted(evidence))
        }
        MessageCommand::Bounce { letter, readers, reason } => {
            let readers = readers.map(|it| format!(" --readers {it}")).unwrap_or_default();
            format!("message bounce {letter}{readers} --reason {}", quoted(reason))
        }
        MessageCommand::MoveSlot { scope, from, reason } => {
            let from = from.map(|it| format!(" --from {it}")).unwrap_or_default();
            format!("message move-slot {scope}{from} --reason {}", quoted(reason))
        }
    }
}

pub(super) fn training(command: &TrainingCommand) -> String {
    match command {
        TrainingCommand::Schedule { session, .. } => {
            let sites: String = session.sites.iter().map(|it| format!(" --site {it}")).collect();
            format!(
                "training schedule {} --course {}{sites} {} --place {} --trainer {}",
                session.id,
                session.course,
                when(&session.when),
                quoted(&session.place),
                session.trainer
            )
        }
        TrainingCommand::Move { session, when: time, reason, .. } => {
            format!("training move {session} {} --reason {}", when(time), quoted(reason))
        }
        TrainingCommand::Cancel { session, reason } => {
            format!("training cancel {session} --reason {}", quoted(reason))
        }
        TrainingCommand::Invite { session, users } => {
            format!("training invite {session} --users {users}")
        }
        TrainingCommand::Attend { site, course, .. } => {
            format!("training attend {course} --site {site} --user {TEXT}")
        }
        TrainingCommand::Exempt { site, reason, .. } => {
            format!("training exempt {site} --user {TEXT} --reason {}", quoted(reason))
        }
    }
}

fn when(time: &SessionTime) -> String {
    let local = |at: jiff::Timestamp| {
        at.to_zoned(time.zone.rules()).datetime().strftime("%Y-%m-%dT%H:%M").to_string()
    };
    format!("--from {} --until {} --zone {}", local(time.from), local(time.until), time.zone)
}
