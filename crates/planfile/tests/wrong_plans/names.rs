//! Names and steps: used twice, unknown, without a value, in a circle.

use super::check;
use expect_test::expect;

#[test]
fn a_name_used_twice() {
    check(
        "  - {id: bob}",
        "  - {id: ann}\n  - {id: bob}",
        &expect![[r#"
        error LF0201: the person `ann` is there already, in line 20
          at landfall.yaml:21:10
          21 |   - {id: ann}
             |          ^^^
          help: give each its own name
    "#]],
    );
}

#[test]
fn a_site_used_twice() {
    check(
        "  - {id: B1, ring",
        "  - {id: A1, ring",
        &expect![[r#"
        error LF0201: the site `A1` is there already, in line 53
          at landfall.yaml:54:10
          54 |   - {id: A1, ring: second, owner: bob, computers: 2}
             |          ^^
          help: give each its own name
    "#]],
    );
}

#[test]
fn a_step_used_twice() {
    check(
        "      - {use: hello, with: {name: '${site.title}'}}",
        "      - {id: fetch, run: [true], rollback: nothing}",
        &expect![[r#"
        error LF0201: the step `fetch` is in this list already, in line 42
          at landfall.yaml:43:14
          43 |       - {id: fetch, run: [true], rollback: nothing}
             |              ^^^^^
          help: give each its own name; a `use` with an `id` puts that before the names
    "#]],
    );
}

// Proves: P1-D1
#[test]
fn components_that_need_each_other() {
    check(
        "  - id: dns\n",
        "  - id: dns\n    needs: [idp]\n",
        &expect![[r#"
        error LF0204: these components need each other in a circle: dns → idp → dns
          at landfall.yaml:33:13
          33 |     needs: [dns]
             |             ^^^
          help: remove one of these `needs`
    "#]],
    );
}

#[test]
fn an_unknown_component() {
    check(
        "    needs: [dns]",
        "    needs: [dsn]",
        &expect![[r#"
        error LF0202: there is no component `dsn`
          at landfall.yaml:32:13
          32 |     needs: [dsn]
             |             ^^^
          help: did you mean `dns`?
    "#]],
    );
}

#[test]
fn an_unknown_ring() {
    check(
        "ring: second, owner",
        "ring: secnd, owner",
        &expect![[r#"
        error LF0202: there is no ring `secnd`
          at landfall.yaml:54:20
          54 |   - {id: B1, ring: secnd, owner: bob, computers: 2}
             |                    ^^^^^
          help: did you mean `second`?
    "#]],
    );
}

#[test]
fn an_unknown_person() {
    check(
        "owner: bob",
        "owner: bop",
        &expect![[r#"
        error LF0202: there is no person `bop`
          at landfall.yaml:54:35
          54 |   - {id: B1, ring: second, owner: bop, computers: 2}
             |                                   ^^^
          help: did you mean `bob`?
    "#]],
    );
}

#[test]
fn an_unknown_deliverable() {
    check(
        "deliverable: app,",
        "deliverable: ap,",
        &expect![[r#"
        error LF0202: there is no deliverable `ap`
          at landfall.yaml:42:41
          42 |       - {id: fetch, copy: {deliverable: ap, to: '${plan.root}/${site.id}/app'}, rollback: nothin
             |                                         ^^
          help: did you mean `app`?
    "#]],
    );
}

#[test]
fn an_unknown_step_template() {
    check(
        "use: hello,",
        "use: helo,",
        &expect![[r#"
        error LF0202: there is no step template `helo`
          at landfall.yaml:43:15
          43 |       - {use: helo, with: {name: '${site.title}'}}
             |               ^^^^
          help: did you mean `hello`?
    "#]],
    );
}

#[test]
fn a_parameter_that_is_missing() {
    check(
        "{use: hello, with: {name: '${site.title}'}}",
        "{use: hello, with: {nmae: x}}",
        &expect![[r#"
        error LF0205: the step template `hello` needs a value for `name`
          at landfall.yaml:43:15
          43 |       - {use: hello, with: {nmae: x}}
             |               ^^^^^
          help: add `with: {name: …}`
        error LF0205: the step template `hello` has no parameter `nmae`
          at landfall.yaml:43:35
          43 |       - {use: hello, with: {nmae: x}}
             |                                   ^
          help: did you mean `name`?
    "#]],
    );
}

#[test]
fn a_reference_without_a_value() {
    check(
        "'${site.title}'",
        "'${site.printer}'",
        &expect![[r#"
        error LF0203: `${site.printer}` names nothing here
          at landfall.yaml:38:37
          38 |     steps: [{id: hello, run: [echo, '${with.name}'], rollback: nothing}]
             |                                     ^^^^^^^^^^^^^^
          help: known here: `computer.host`, `computer.id`, `deployment.id`, `plan.root`, `release.name`, `release.version`, `site.id`, `site.title`, `site.users`
    "#]],
    );
}

#[test]
fn a_reference_in_a_script() {
    check(
        "run: [install-dns]",
        "script: 'install ${component.id} on $HOME'",
        &expect![[r#"
        warning LF0206: scripts are never filled in, and this one holds `${component.id}`
          at landfall.yaml:29:35
          29 |     steps: [{id: install, script: 'install ${component.id} on $HOME', rollback: {run: [remove-dn
             |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          help: give the value by `environment` and read the variable in the script
    "#]],
    );
}

#[test]
fn a_step_that_does_nothing() {
    check(
        "run: [install-dns], ",
        "",
        &expect![[r#"
        error LF0207: this step does nothing
          at landfall.yaml:29:18
          29 |     steps: [{id: install, rollback: {run: [remove-dns]}}]
             |                  ^^^^^^^
          help: add one of `run`, `script`, `copy`, `http`, `manual` and `use`
    "#]],
    );
}

#[test]
fn a_step_that_does_two_things() {
    check(
        "run: [install-dns], ",
        "run: [install-dns], script: x, ",
        &expect![[r#"
        error LF0207: this step does several things
          at landfall.yaml:29:55
          29 |     steps: [{id: install, run: [install-dns], script: x, rollback: {run: [remove-dns]}}]
             |                                                       ^
          help: make a step of each
    "#]],
    );
}

#[test]
fn a_target_that_is_not_absolute() {
    check(
        "'${plan.root}/${site.id}/app'",
        "srv/app",
        &expect![[r#"
        error LF0208: the target `srv/app` is not an absolute path
          at landfall.yaml:42:50
          42 |       - {id: fetch, copy: {deliverable: app, to: srv/app}, rollback: nothing}
             |                                                  ^^^^^^^
          help: begin it with `/`: a step has no working directory of its own
    "#]],
    );
}

#[test]
fn a_step_template_that_uses_itself_is_refused() {
    check(
        "steps: [{id: hello, run: [echo, '${with.name}'], rollback: nothing}]",
        "steps: [{use: hello, with: {name: x}}]",
        &expect![[r#"
            error LF0205: the step template `hello` uses itself, directly or through others
              at landfall.yaml:38:19
              38 |     steps: [{use: hello, with: {name: x}}]
                 |                   ^^^^^
              help: let step templates use only others that do not use them
        "#]],
    );
}

#[test]
fn what_says_something_of_one_step_beside_a_step_template() {
    check(
        "      - {use: hello, with: {name: '${site.title}'}}",
        "      - {use: hello, with: {name: '${site.title}'}, time-limit: 2h, tries: 3}",
        &expect![[r#"
            error LF0205: `tries` does nothing beside `use`
              at landfall.yaml:43:15
              43 |       - {use: hello, with: {name: '${site.title}'}, time-limit: 2h, tries: 3}
                 |               ^^^^^
              help: give it to the steps of the template, with a parameter where it differs
        "#]],
    );
}

#[test]
fn values_for_no_step_template() {
    check(
        "{id: install, run: [install-dns], rollback: {run: [remove-dns]}}",
        "{id: install, run: [install-dns], with: {name: x}, rollback: {run: [remove-dns]}}",
        &expect![[r#"
            error LF0205: these values are for no step template
              at landfall.yaml:29:60
              29 |     steps: [{id: install, run: [install-dns], with: {name: x}, rollback: {run: [remove-dns]}}]
                 |                                                            ^
              help: say with `use` which step template they are for
        "#]],
    );
}

#[test]
fn a_person_who_is_to_verify() {
    check(
        "{id: install, run: [install-dns], rollback: {run: [remove-dns]}}",
        "{id: install, run: [install-dns], verify: {manual: {instructions: Look}}, rollback: {run: [remove-dns]}}",
        &expect![[r#"
            error LF0207: a person cannot be asked by `verify`
              at landfall.yaml:29:55
              29 |     steps: [{id: install, run: [install-dns], verify: {manual: {instructions: Look}}, rollback: 
                 |                                                       ^
              help: leave `verify` out: where nobody knows whether the step was done, a person is asked
        "#]],
    );
}

#[test]
fn computers_that_are_all_named_alike() {
    check(
        "freezes:\n",
        "site-defaults: {computer: '${site}-till'}\nfreezes:\n",
        &expect![[r#"
        error LF0201: all computers of the site `A1` are named `A1-till`
          at landfall.yaml:55:27
          55 | site-defaults: {computer: '${site}-till'}
             |                           ^^^^^^^^^^^^^^
          help: add `${number}` to the name, or list the computers
        error LF0201: all computers of the site `B1` are named `B1-till`
          at landfall.yaml:55:27
          55 | site-defaults: {computer: '${site}-till'}
             |                           ^^^^^^^^^^^^^^
          help: add `${number}` to the name, or list the computers
    "#]],
    );
}
