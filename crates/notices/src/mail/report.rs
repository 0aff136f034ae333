//! Reports of mail servers that a letter came back.
//!
//! A report quotes the letter's Message-ID, which names the letter. No more of it is
//! believed: it is a mail that anybody could have written, and a person hands it in.

use model::id::DeploymentId;

/// The most characters of a report that are kept as a reason.
const REASON_LENGTH_MAX: usize = 200;

/// Returns the number of the letter of `deployment` whose Message-ID stands in `report`.
pub fn letter_of(report: &str, deployment: &DeploymentId) -> Option<u32> {
    let ids = report.split("landfall.").skip(1);
    ids.filter_map(|rest| {
        let (id, _) = rest.split_once('@')?;
        let (number, rest) = id.split_once('.')?;
        let (_, named) = rest.split_once('.')?;
        (named == deployment.as_str()).then(|| number.parse().ok()).flatten()
    })
    .next()
}

/// Returns why the letter came back, in the words of `report`.
pub fn reason_of(report: &str) -> String {
    let said = ["diagnostic-code:", "status:"].into_iter().find_map(|key| {
        report.lines().find_map(|line| {
            let (head, rest) = line.split_at_checked(key.len())?;
            head.eq_ignore_ascii_case(key).then(|| rest.trim())
        })
    });
    let plain = said.unwrap_or("it came back").chars().filter(|it| !it.is_control());
    plain.take(REASON_LENGTH_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "Content-Type: multipart/report; report-type=delivery-status\r\n\r\n\
        Final-Recipient: rfc822; users.b27@brindlemark.example\r\nAction: failed\r\n\
        Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such mailbox\r\n\r\n\
        Message-ID: <landfall.17.0123456789ab.FG30.x@example.org>\r\n";

    #[test]
    fn a_report_names_the_letter_and_the_reason() {
        assert_eq!(letter_of(REPORT, &"FG30.x".parse().unwrap()), Some(17));
        assert_eq!(letter_of(REPORT, &"FG30".parse().unwrap()), None);
        assert_eq!(letter_of("no letter", &"FG30".parse().unwrap()), None);
        assert_eq!(reason_of(REPORT), "smtp; 550 5.1.1 no such mailbox");
        assert_eq!(reason_of("\u{202e}"), "it came back");
    }
}
