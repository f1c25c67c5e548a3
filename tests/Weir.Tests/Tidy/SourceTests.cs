namespace Weir.Tests.Tidy;

public sealed class SourceTests
{
    private const double MaxCommentShare = 0.05;

    [Fact]
    public void Files_are_short() =>
        new Rule(
            "file-lines", "a file that does one thing is found by its name and read at one go; split it by concept")
            .Check(SourceTree.All.SelectMany(SourceRules.LongFiles));

    [Fact]
    public void Lines_are_short() =>
        new Rule("line-columns", "two files side by side, and a diff in a terminal, must be readable")
            .Check(SourceTree.All.SelectMany(SourceRules.LongLines));

    [Fact]
    public void Methods_are_short() =>
        new Rule("method-lines", "a method is read as a whole; give its parts names")
            .Check(SourceTree.All.SelectMany(SourceRules.LongMethods));

    [Fact]
    public void Nothing_is_made_from_many_parts() =>
        new Rule(
            "constructor-parameters", "a type with many collaborators does many things; group what belongs together")
            .Check(SourceTree.All.SelectMany(SourceRules.LongConstructors));

    [Fact]
    public void Names_of_types_say_what_they_are() =>
        new Rule("banned-words", "Manager, Helper, Util, Service, Impl and …Base attract whatever has no place")
            .Check(SourceTree.All.SelectMany(SourceRules.BannedNames));

    [Fact]
    public void Classes_are_sealed_unless_made_to_be_extended() =>
        new Rule("sealed", "inheritance that nobody planned cannot be changed safely; seal it, or make it abstract")
            .Check(SourceTree.All.SelectMany(SourceRules.OpenClasses));

    [Fact]
    public void What_is_left_to_do_has_an_issue() =>
        new Rule("todo", "a note without an owner is never done; name its issue as #N or do it now")
            .Check(SourceTree.All.SelectMany(SourceRules.UnownedTodos));

    [Fact]
    public void No_code_is_commented_out() =>
        new Rule("dead-code", "the history keeps old code; in the file it only misleads")
            .Check(SourceTree.All.SelectMany(SourceRules.DeadCode));

    [Fact]
    public void Warnings_are_switched_off_with_a_reason() =>
        new Rule("pragma", "whoever comes next must know whether the warning may come back")
            .Check(SourceTree.All.SelectMany(SourceRules.SilentPragmas));

    [Fact]
    public void Records_on_the_wire_keep_their_defaults() =>
        new Rule(
            "json-defaults", "the JSON source generator sets an init property that the text leaves out to null or zero")
            .Check(SourceTree.All.Where(file => file.Path.StartsWith("src/Weir.Contracts/", StringComparison.Ordinal))
                .SelectMany(SourceRules.LostDefaults));

    [Fact]
    public void Comments_are_few()
    {
        var rule = new Rule(
            "comment-share", $"at most {MaxCommentShare:P0} of lines are comments: names say what, comments only why");
        var projects = SourceTree.Product.GroupBy(file => string.Join('/', file.Path.Split('/').Take(2)));
        rule.Check(projects.SelectMany(project =>
        {
            var shares = project.Select(SourceRules.CommentShare).ToList();
            var (comments, lines) = (shares.Sum(share => share.Comments), shares.Sum(share => share.Lines));
            var violation = new Violation(project.Key, 0, "project", $"{comments} of {lines} lines are comments");
            return comments > lines * MaxCommentShare ? new[] { violation } : [];
        }));
    }

    [Fact]
    public void Interfaces_have_two_implementations()
    {
        var files = SourceTree.All.Where(file =>
            file.Path.StartsWith("src/", StringComparison.Ordinal)
                || file.Path.StartsWith("tests/Weir.Testing/", StringComparison.Ordinal)).ToList();
        var bases = files.SelectMany(file => file.Types).Where(
            type => type.Keyword != "interface").Select(type => type.Header).ToList();
        new Rule("interfaces", "an interface with one implementation is an indirection; only real seams have one")
            .Check(files.SelectMany(file => file.Types.Select(type => (file, type)))
                .Where(entry => entry.type.Keyword == "interface")
                .Where(entry => bases.Count(header => Implements(header, entry.type.Name)) < 2)
                .Select(entry => new Violation(
                    entry.file.Path, entry.type.FirstLine, entry.type.Name,
                    $"{entry.type.Name} has fewer than two implementations")));
    }

    private static bool Implements(string header, string name)
    {
        var colon = header.LastIndexOf(" : ", StringComparison.Ordinal);
        return colon >= 0 && System.Text.RegularExpressions.Regex.IsMatch(header[colon..], $@"\b{name}\b");
    }
}
