namespace Weir.Cli.Output;

/// <summary>How results are printed; the machine formats carry the API's own JSON.</summary>
internal enum OutputFormat
{
    Table,
    Json,
    Yaml,
    Ndjson,
}
