using System.Text.Json.Serialization;

namespace Weir.Cli.Commands.Runs;

[JsonSerializable(typeof(string))]
internal sealed partial class TextJson : JsonSerializerContext;
