using System.Text.RegularExpressions;

namespace Weir.Tests.Tidy;

/// <summary>The rules about a C# file, each as a function from the file to what breaks it.</summary>
internal static partial class SourceRules
{
    public const int MaxFileLines = 400;
    public const int MaxMethodLines = 60;
    public const int MaxColumns = 120;
    public const int MaxParameters = 5;

    private static readonly HashSet<string> BannedWords =
        ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Service", "Services", "Impl"];

    public static IEnumerable<Violation> LongFiles(SourceFile file)
    {
        if (file.Lines.Length > MaxFileLines)
            yield return new Violation(file.Path, 1, "file", $"{file.Lines.Length} lines, at most {MaxFileLines}");
    }

    /// <summary>The insides of literals do not count: a message or a sample stands on one line, so that it can be found.</summary>
    public static IEnumerable<Violation> LongLines(SourceFile file)
    {
        var code = file.Text.Code.Split('\n');
        for (var i = 0; i < file.Lines.Length; i++)
        {
            var columns = Columns(file.Lines[i], code[i]);
            if (columns > MaxColumns)
                yield return new Violation(file.Path, i + 1, "line", $"{columns} columns, at most {MaxColumns}");
        }
    }

    public static IEnumerable<Violation> LongMethods(SourceFile file) =>
        file.Declarations.Where(member => member.Kind == DeclarationKind.Method && member.Lines > MaxMethodLines)
            .Select(member => new Violation(
                file.Path, member.FirstLine, member.Name,
                $"{member.Name} has {member.Lines} lines, at most {MaxMethodLines}"));

    public static IEnumerable<Violation> LongConstructors(SourceFile file) =>
        file.Declarations.Where(member => IsConstructor(member) && member.Parameters > MaxParameters)
            .Select(member => new Violation(
                file.Path, member.FirstLine, member.Name,
                $"{member.Name} is made from {member.Parameters} parameters, at most {MaxParameters}"));

    public static IEnumerable<Violation> BannedNames(SourceFile file) =>
        file.Types.Where(type => CamelWord().Matches(type.Name).Any(word => BannedWords.Contains(word.Value))
                || (type.Name.EndsWith("Base", StringComparison.Ordinal) && type.Name != "Base"))
            .Select(
                type =>
                    new Violation(
                        file.Path, type.FirstLine, type.Name, $"'{type.Name}' says nothing; name what it is or does"));

    public static IEnumerable<Violation> OpenClasses(SourceFile file) =>
        file.Types.Where(
            type =>
                type.Keyword is "class" or "record" && !type.Header.Contains("record struct", StringComparison.Ordinal))
            .Where(type => !Closed().IsMatch(type.Header))
            .Select(
                type =>
                    new Violation(
                        file.Path, type.FirstLine, type.Name, $"{type.Name} is neither sealed, static nor abstract"));

    public static IEnumerable<Violation> UnownedTodos(SourceFile file) =>
        file.Text.Comments.Where(comment => Todo().IsMatch(comment.Text) && !IssueNumber().IsMatch(comment.Text))
            .Select(comment => new Violation(file.Path, comment.Line, "comment", comment.Text.Trim()));

    public static IEnumerable<Violation> DeadCode(SourceFile file) =>
        file.Text.Comments.Where(comment => !comment.IsDocumentation && LooksLikeCode(comment.Text))
            .Select(comment => new Violation(file.Path, comment.Line, "comment", comment.Text.Trim()));

    public static IEnumerable<Violation> SilentPragmas(SourceFile file) =>
        file.Lines.Select((line, i) => (Text: line.Trim(), Number: i + 1))
            .Where(entry => entry.Text.StartsWith("#pragma warning disable", StringComparison.Ordinal))
            .Where(entry => !entry.Text.Contains("//", StringComparison.Ordinal))
            .Select(
                entry => new Violation(file.Path, entry.Number, "pragma", "switched off without a reason behind it"));

    public static IEnumerable<Violation> LostDefaults(SourceFile file) =>
        file.Text.Code.Split('\n').Select((line, i) => (line, Number: i + 1))
            .Where(entry => LostDefault().IsMatch(entry.line))
            .Select(
                entry =>
                    new Violation(file.Path, entry.Number, "property", $"write 'set' for 'init': {entry.line.Trim()}"));

    /// <summary>Lines of comments other than documentation, and all lines that are not blank.</summary>
    public static (int Comments, int Lines) CommentShare(SourceFile file) =>
        (file.Text.Comments.Where(comment => !comment.IsDocumentation).Sum(comment => comment.Text.Split('\n').Length),
            file.Lines.Count(line => line.Trim().Length > 0));

    private static int Columns(string text, string code) =>
        text.TrimStart().StartsWith("//", StringComparison.Ordinal)
            ? text.Length
            : text.Zip(code).Count(pair => pair.First == pair.Second);

    private static bool IsConstructor(Declaration member) =>
        (member.Kind == DeclarationKind.Method && member.Name == member.Parent)
        || (member.Kind == DeclarationKind.Type && member.Parameters >= 0);

    private static bool LooksLikeCode(string comment)
    {
        var text = comment.TrimStart('/', '*', ' ').TrimEnd();
        return text.EndsWith(';') || text is "{" or "}" || CodeStart().IsMatch(text);
    }

    [GeneratedRegex(@"\binit;\s*}\s*=")]
    private static partial Regex LostDefault();

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex CamelWord();

    [GeneratedRegex(@"\b(sealed|static|abstract)\b")]
    private static partial Regex Closed();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Todo();

    [GeneratedRegex(@"#\d+")]
    private static partial Regex IssueNumber();

    [GeneratedRegex(@"^(public|private|internal|protected|var|await|return|using|if \(|foreach \(|while \()\b.*[{;)]$")]
    private static partial Regex CodeStart();
}
