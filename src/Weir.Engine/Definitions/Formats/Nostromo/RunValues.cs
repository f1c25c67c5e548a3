namespace Weir.Engine.Definitions.Formats.Nostromo;

/// <summary>A secret: it may be the value of an environment variable and nothing else.</summary>
internal sealed record SecretValue(TreeText Key, Place Place) : TreeValue(Place, 64 + Key.Value.Length, 0)
{
    public override string Description => "a secret";
}

/// <summary>A text of which a part is known in the run only.</summary>
/// <param name="Template">As native templates are written.</param>
internal sealed record TemplateValue(string Template, Place Place) : TreeValue(Place, 64 + Template.Length, 0)
{
    public override string Description => "a text that is known in the run only";
}
