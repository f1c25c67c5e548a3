namespace Weir.Tests.Definitions;

public sealed class FlowProblemTests
{
    [Fact]
    public void Everything_at_once_in_order_of_place() => FlowText.HasProblems(
        """
        name: My Flow
        imagee: debian
        timeout: 10 minutes
        params:
          count: { type: number, default: many }
          level: { type: choice }
        steps:
          - name: build
            comands: [make]
          - name: test
            commands: ["echo ${{ params.count }}"]
            needs: [biuld]
            limits: { memory: 2GB, cpu: lots }
            artifacts: [/etc/passwd, ../x]
          - name: test
            commands: []
            when: steps.build.state = 'failed'
        """,
        """
        1:7: name: `My Flow` is no name: 1 to 63 lower-case letters, digits and `-`, no `-` at either end:
            did you mean `my-flow`?
        2:1: imagee: unknown key `imagee`: did you mean `image`?
        3:10: timeout: expected a duration such as `90s`, `10m` or `1h30m`, found `10 minutes`: did you mean `10m`?
        5:35: params.count.default: expected a number, found `many`
        6:10: params.level: a choice needs the key `choices`
        9:5: steps[0].comands: unknown key `comands`: did you mean `commands`?
        11:16: steps[1].commands[0]: `${{ }}` never stands in a command: put the value into `env` and use it as "$NAME"
        12:13: steps[1].needs[0]: there is no step `biuld`: did you mean `build`?
        13:23: steps[1].limits.memory: expected a size such as `512MiB` or `2GiB`, found `2GB`: did you mean `2GiB`?
        13:33: steps[1].limits.cpu: expected a number, found `lots`
        14:17: steps[1].artifacts[0]: `/etc/passwd` is absolute: paths are relative to the workspace
        14:30: steps[1].artifacts[1]: `../x` climbs out of the workspace: `..` is not allowed
        15:11: steps[2].name: the name `test` stands already at line 10
        16:15: steps[2].commands: the list is empty
        17:29: steps[2].when: `=` is no operator: did you mean `==`?
        """);

    [Theory]
    [InlineData("", "1:1: the file is empty")]
    [InlineData("# nothing\n", "1:1: the file is empty")]
    [InlineData("- a\n- b", "1:1: expected a flow, found a list")]
    [InlineData("hello", "1:1: expected a flow, found `hello`")]
    [InlineData("name: a", "1:1: a flow needs the key `steps`")]
    [InlineData("name: a\nsteps:", "2:7: steps: the list is empty")]
    [InlineData("name: a\nsteps: 5", "2:8: steps: expected a step, found `5`")]
    [InlineData("name:\nsteps: [{commands: x}]", "1:6: name: expected a text, found nothing")]
    [InlineData("name: [a]\nsteps: [{commands: x}]", "1:7: name: expected a text, found a list")]
    [InlineData(
        "name: a\nsteps: [{name: ../x, commands: x}]",
        "2:16: steps[0].name: `../x` is no name: 1 to 63 lower-case letters, digits and `-`, no `-` at either end:\n    did you mean `x`?")]
    [InlineData(
        "name: a\nsteps: [{name: '-', commands: x}]",
        "2:16: steps[0].name: `-` is no name: 1 to 63 lower-case letters, digits and `-`, no `-` at either end")]
    [InlineData("name: a\nsteps: [{commands: {a: b}}]", "2:20: steps[0].commands: expected a text, found a map")]
    [InlineData("name: a\nsteps: [{commands: [\"\"]}]", "2:21: steps[0].commands[0]: the command is empty")]
    [InlineData(
        "name: a\nsteps: [{commands: x, services: {a: [1]}}]",
        "2:23: steps[0].services: `services` is not supported yet by this version of Weir")]
    [InlineData(
        "name: a\non: []\nsteps: [{commands: x}]",
        "2:1: on: `on` is not supported yet by this version of Weir")]
    [InlineData("name: a\nname: b\nsteps: [{commands: x}]", "2:1: name: the key `name` stands already at line 1")]
    public void Says_what_is_wrong_with_a_file(string text, string problem) => FlowText.HasProblems(text, problem);

    [Theory]
    [InlineData(
        "name: a\nsteps: [{commands: x, allow_failure: yes}]",
        "2:38: steps[0].allow_failure: expected true or false, found `yes`")]
    [InlineData(
        "name: a\nsteps: [{commands: x, allow_failure: 'true'}]",
        "2:38: steps[0].allow_failure: expected true or false, found `true`: leave out the quotes")]
    [InlineData(
        "name: a\nsteps: [{commands: x, retry: 0}]",
        "2:30: steps[0].retry: expected a number from 1 to 100, found `0`")]
    [InlineData(
        "name: a\nsteps: [{commands: x, retry: 1.5}]",
        "2:30: steps[0].retry: expected a whole number, found `1.5`")]
    [InlineData(
        "name: a\nsteps: [{commands: x, retry: {on: [exits]}}]",
        "2:36: steps[0].retry.on[0]: expected one of exit, timeout, infrastructure, found `exits`: "
        + "did you mean `exit`?")]
    [InlineData(
        "name: a\nsteps: [{commands: x, retry: {attempts: 2, backoff: {first: 5m}}}]",
        "2:61: steps[0].retry.backoff.first: the first wait is longer than the longest (`max`)")]
    [InlineData(
        "name: a\nsteps: [{commands: x, timeout: 0s}]",
        "2:32: steps[0].timeout: the duration must be longer than nothing")]
    [InlineData(
        "name: a\nsteps: [{commands: x, timeout: 400d}]",
        "2:32: steps[0].timeout: the duration is longer than 366 days")]
    [InlineData(
        "name: a\nsteps: [{commands: x, timeout: 999999999d}]",
        "2:32: steps[0].timeout: expected a duration such as `90s`, `10m` or `1h30m`, found `999999999d`")]
    [InlineData(
        "name: a\nsteps: [{commands: x, timeout: 600}]",
        "2:32: steps[0].timeout: expected a duration such as `90s`, `10m` or `1h30m`, found `600`: "
        + "did you mean `600s`?")]
    [InlineData(
        "name: a\nsteps: [{commands: x, runtime: dokcer}]",
        "2:32: steps[0].runtime: expected one of process, docker, fake, found `dokcer`: did you mean `docker`?")]
    [InlineData(
        "name: a\nsteps: [{commands: x, env: {1A: x}}]",
        "2:29: steps[0].env.1A: `1A` is no name of an environment variable: letters, digits and `_`, no digit first")]
    [InlineData(
        "name: a\nsteps: [{commands: x, env: [A=1]}]",
        "2:28: steps[0].env: expected a map (`NAME: value`), found a list")]
    [InlineData(
        "name: a\nsteps: [{commands: x, shell: 'sh -e'}]",
        "2:30: steps[0].shell: `sh -e` is no program: write one name or path, as in `bash` or `/bin/sh`")]
    [InlineData(
        "name: a\nsteps: [{commands: x, image: '--privileged'}]",
        "2:30: steps[0].image: `--privileged` is no image: "
        + "write it as in `debian:bookworm` or `registry.example/team/tool@sha256:…`")]
    [InlineData(
        "name: \"a\\n\"\nsteps: [{commands: x}]",
        "1:7: name: `a\n` is no name: 1 to 63 lower-case letters, digits and `-`, no `-` at either end: "
        + "did you mean `a`?")]
    [InlineData(
        "name: a\nsteps: [{commands: \"a\\0b\"}]",
        "2:20: steps[0].commands: a text must not hold the character NUL")]
    public void Says_what_is_wrong_with_a_value(string text, string problem) => FlowText.HasProblems(text, problem);

    [Theory]
    [InlineData(
        "name: a\nsteps: [{commands: x, artifacts: [{name: r}]}]",
        "2:35: steps[0].artifacts[0]: an artifact needs the key `path`")]
    [InlineData(
        "name: a\nsteps: [{commands: x, artifacts: [a/b, c/b]}]",
        "2:40: steps[0].artifacts[1]: the step has two artifacts named `b`")]
    [InlineData(
        "name: a\nsteps: [{commands: x, artifacts: ['a/${{ params.p }}/../../..']}]",
        "2:35: steps[0].artifacts[0]: `a/x/../../..` climbs out of the workspace: `..` is not allowed\n2:49: "
        + "steps[0].artifacts[0].path: unknown param `p`")]
    [InlineData(
        "name: a\nsteps: [{commands: x, needs: [step-1]}]",
        "2:31: steps[0].needs[0]: a step cannot need itself")]
    [InlineData(
        "name: a\nsteps: [{commands: x}, {commands: x, needs: [step-1, step-1]}]",
        "2:54: steps[1].needs[1]: `step-1` stands here twice")]
    [InlineData(
        "name: a\nsource: x\nsteps: [{name: checkout, commands: x}]",
        "3:16: steps[0].name: `checkout` is the name of the step that `source` makes")]
    [InlineData(
        "name: a\nsteps: [{commands: x, resources: [deps]}]",
        "2:35: steps[0].resources[0]: no earlier step leaves an artifact named `deps`")]
    [InlineData(
        "name: a\nsteps: [{commands: x, artifacts: [deps]}, {commands: x, needs: [], resources: [dep]}]",
        "2:80: steps[1].resources[0]: no earlier step leaves an artifact named `dep`: did you mean `deps`?")]
    [InlineData(
        "name: a\nsteps: [{commands: x, artifacts: [deps]}, {commands: x, needs: [], resources: [deps]}]",
        "2:80: steps[1].resources[0]: step `step-1` leaves `deps`, but is not over for sure before this one: "
        + "put it into `needs`")]
    public void Says_what_is_wrong_with_a_step(string text, string problem) => FlowText.HasProblems(text, problem);

    [Theory]
    [InlineData(
        "name: a\nparams: {p: {choices: [a], type: string}}\nsteps: [{commands: x}]",
        "2:23: params.p.choices: `choices` goes with the type choice, not with string")]
    [InlineData(
        "name: a\nparams: {p: {choices: [a], default: b}}\nsteps: [{commands: x}]",
        "2:37: params.p.default: expected one of a, found `b`")]
    [InlineData(
        "name: a\nparams: {p: {type: bool}}\nsteps: [{commands: x}]",
        "2:20: params.p.type: expected one of string, number, boolean, choice, found `bool`")]
    [InlineData(
        "name: a\nenv: {V: '${{ steps.x.status }}'}\nsteps: [{commands: x}]",
        "2:15: env.V: steps are not known here: this is the same for every step")]
    [InlineData(
        "name: a\nsteps: [{name: b, commands: x, when: steps.c.status == 'failed'}, {name: c, commands: x}]",
        "2:44: steps[0].when: step `c` may not have ended when this is evaluated: "
        + "it must come before, or stand in `needs`")]
    public void Says_what_is_wrong_with_a_parameter_or_an_expression(string text, string problem) =>
        FlowText.HasProblems(text, problem);

    [Fact]
    public void Shows_cycles_as_paths()
    {
        FlowText.HasProblems(
            """
            name: a
            steps:
              - { name: one, commands: x, needs: [three] }
              - { name: two, commands: x, needs: [one] }
              - { name: three, commands: x, needs: [two] }
            """,
            "3:38: steps[0].needs: steps wait for each other: one → three → two → one");
        FlowText.HasProblems(
            "name: a\nsteps: [{ name: one, commands: x, needs: [two] }, { name: two, commands: x }]",
            "2:42: steps[0].needs: steps wait for each other: one → two → one ("
            + "`two` has no `needs`, so it waits for every step before it)");
    }

    [Fact]
    public void A_default_on_a_required_parameter_is_a_warning()
    {
        var text = "name: a\nparams: {p: {required: true, default: x}}\nsteps: [{commands: x}]";
        Assert.NotNull(FlowText.Good(text));
        FlowText.HasProblems(text, "2:24: warning: params.p.required: a parameter with a default is never missing");
    }

    [Fact]
    public void What_an_alias_repeats_is_said_once() => FlowText.HasProblems(
        "name: a\nsteps:\n  - &s { name: s, commands: x, timeout: 1 }\n  - { <<: *s, name: t }\n",
        "3:41: steps[0].timeout: expected a duration such as `90s`, `10m` or `1h30m`, found `1`: did you mean `1s`?");
}
