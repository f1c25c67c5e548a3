namespace Weir.Tests.Tidy;

/// <summary>A place that breaks a rule. <paramref name="Name"/>: what an exception for it would name.</summary>
internal sealed record Violation(string File, int Line, string Name, string What);

/// <summary>A rule about the source, and why it is one.</summary>
internal sealed record Rule(string Id, string Why)
{
    /// <summary>Fails with every violation that is not approved, and with every approval that is not needed any
    /// more.</summary>
    public void Check(IEnumerable<Violation> violations)
    {
        var approvals = Approval.All.Where(approval => approval.Rule == Id).ToList();
        var used = new HashSet<Approval>();
        var messages = new List<string>();
        foreach (var violation in violations)
        {
            var approval = approvals.Find(
                approved => approved.File == violation.File && approved.Name == violation.Name);
            if (approval is not null) used.Add(approval);
            else messages.Add($"{violation.File}:{violation.Line}: {violation.What}");
        }

        messages.AddRange(approvals.Where(approval => !used.Contains(approval)).Select(approval =>
            $"{Approval.Path}:{approval.Line}: '{approval.File} {approval.Name}' keeps the rule now; remove the line"));
        if (messages.Count > 0) Assert.Fail($"{Id}: {Why}\n{string.Join('\n', messages)}");
    }
}

/// <summary>One approved exception: <c>rule | file | name | reason</c>.</summary>
internal sealed record Approval(string Rule, string File, string Name, string Reason, int Line)
{
    public const string Path = "tests/Weir.Tests/Tidy/approved.txt";

    public static IReadOnlyList<Approval> All { get; } = [.. Parse(SourceTree.Read(Path))];

    public static IEnumerable<Approval> Parse(string text)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            var parts = line.Split('|', 4, StringSplitOptions.TrimEntries);
            Assert.True(
                parts is [_, _, _, { Length: > 0 }], $"{Path}:{number}: expected 'rule | file | name | reason'");
            yield return new Approval(parts[0], parts[1], parts[2], parts[3], number);
        }
    }
}
