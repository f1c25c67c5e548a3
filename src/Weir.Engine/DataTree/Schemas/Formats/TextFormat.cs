namespace Weir.Engine.DataTree.Schemas.Formats;

/// <summary>A named form of text, as the format vocabulary of JSON Schema 2020-12 lists them.</summary>
/// <param name="Meaning">What a text of this form is, to stand after "must be".</param>
internal sealed record TextFormat(string Name, string Meaning, Func<string, bool> IsMatch)
{
    private static readonly Dictionary<string, TextFormat> ByName = new[]
    {
        new TextFormat("date-time", "a time such as 2026-01-31T23:59:59Z (RFC 3339)", TimeFormats.IsDateTime),
        new TextFormat("date", "a date such as 2026-01-31 (RFC 3339)", TimeFormats.IsDate),
        new TextFormat("time", "a time of day with its offset such as 23:59:59Z (RFC 3339)", TimeFormats.IsTime),
        new TextFormat("duration", "a duration such as P1DT12H (ISO 8601)", TimeFormats.IsDuration),
        new TextFormat("email", "an e-mail address (RFC 5321)", text => MailFormats.IsAddress(text, false)),
        new TextFormat("idn-email", "an e-mail address (RFC 6531)", text => MailFormats.IsAddress(text, true)),
        new TextFormat("hostname", "the name of a host (RFC 1123)", HostFormats.IsHostName),
        new TextFormat("idn-hostname", "the name of a host (RFC 5890)", HostFormats.IsInternationalHostName),
        new TextFormat("ipv4", "an IPv4 address such as 192.0.2.1", AddressFormats.IsVersion4),
        new TextFormat("ipv6", "an IPv6 address such as 2001:db8::1", AddressFormats.IsVersion6),
        new TextFormat("uri", "a URI with its scheme (RFC 3986)", text => UriFormats.IsUri(text, false)),
        new TextFormat("uri-reference", "a URI reference (RFC 3986)", text => UriFormats.IsReference(text, false)),
        new TextFormat("iri", "an IRI with its scheme (RFC 3987)", text => UriFormats.IsUri(text, true)),
        new TextFormat("iri-reference", "an IRI reference (RFC 3987)", text => UriFormats.IsReference(text, true)),
        new TextFormat("uri-template", "a URI template (RFC 6570)", UriTemplateFormat.IsTemplate),
        new TextFormat("uuid", "a UUID such as 2eb8aa08-aa98-11ea-b4aa-73b441d16380", PlainFormats.IsUuid),
        new TextFormat("json-pointer", "a JSON pointer such as /a/0 (RFC 6901)", PlainFormats.IsJsonPointer),
        new TextFormat(
            "relative-json-pointer", "a relative JSON pointer such as 1/a", PlainFormats.IsRelativeJsonPointer),
        new TextFormat("regex", "a regular expression (ECMA-262)", PlainFormats.IsRegex),
    }.ToDictionary(format => format.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static TextFormat? Find(string name) => ByName.GetValueOrDefault(name);
}
