using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weir.Engine.Definitions;

/// <summary>The types of parameters and how texts become their values.</summary>
public static class ParamTypes
{
    public const string Text = "string";
    public const string Number = "number";
    public const string Boolean = "boolean";
    public const string Choice = "choice";

    /// <summary>Longest text that a parameter takes.</summary>
    public const int MaxLength = 64 * 1024;

    internal static readonly string[] All = [Text, Number, Boolean, Choice];

    /// <summary>The value of the parameter's type, or null and what is wrong.</summary>
    public static JsonElement? Convert(ParamDefinition param, string text, out string? problem)
    {
        problem = null;
        if (text.Length > MaxLength) problem = $"the value is longer than {MaxLength} characters";
        else if (text.Contains('\0')) problem = "a text must not hold the character NUL";
        else
        {
            switch (param.Type)
            {
                case Number when TryNumber(text, out var number):
                    return ToElement(JsonValue.Create(number));
                case Number:
                    problem = $"expected a number, found `{Shorten(text)}`";
                    break;
                case Boolean when text is "true" or "false":
                    return ToElement(JsonValue.Create(text == "true"));
                case Boolean:
                    problem = $"expected true or false, found `{Shorten(text)}`";
                    break;
                case Choice when !param.Choices.Contains(text):
                    problem = $"expected one of {string.Join(", ", param.Choices)}, found `{Shorten(text)}`";
                    break;
                default:
                    return ToElement(JsonValue.Create(text));
            }
        }

        return null;
    }

    private static bool TryNumber(string text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static JsonElement ToElement(JsonValue value)
    {
        using var document = JsonDocument.Parse(value.ToJsonString());
        return document.RootElement.Clone();
    }

    private static string Shorten(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
