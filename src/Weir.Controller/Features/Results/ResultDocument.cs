using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Contracts.AgentProtocol;
using Weir.Contracts.Routes;
using Weir.Contracts.Runs;
using Weir.Contracts.Statuses;
using Weir.Engine.Running;
using Weir.Engine.Storage;

namespace Weir.Controller.Features.Results;

/// <summary>
/// Writes the result document: by step whether it succeeded, then what was done, an entry for the image first and one
/// for each command. The original form is that of the Nosana Node's architecture document (2022), the current one that
/// of its last version (2024), which tells failures of commands and of the machinery apart. Steps that never began are
/// left out.
/// </summary>
internal sealed class ResultDocument(RunState run, ResultForm form, ResultLogs place, ILogStore logs) : IResult
{
    private const int FlushBytes = 256 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(httpContext.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("nos-id", run.Id);
        json.WriteNumber("finished-at", run.Ended!.Value.ToUnixTimeSeconds());
        json.WriteStartObject("results");
        if (form == ResultForm.Current) WriteInputs(json);
        for (var i = 0; i < run.Steps.Length; i++)
        {
            if (run.Steps[i].Current is null && run.Steps[i].Status != RunStatus.Failed) continue;
            json.WritePropertyName(KeyOf(i));
            await WriteStepAsync(json, i, httpContext.RequestAborted);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(httpContext.RequestAborted);
    }

    private void WriteInputs(Utf8JsonWriter json)
    {
        foreach (var (name, param) in (ReadOnlySpan<(string, string)>)
            [("input/repo", "repository"), ("input/commit-sha", "commit")])
        {
            if (!run.Inputs.Params.TryGetValue(param, out var value)) continue;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    /// <summary>The name that the step has in the file it came from, as long as no other has the same.</summary>
    private string KeyOf(int step)
    {
        var plan = run.Plan.Steps[step];
        if (plan.Title is not { } title) return plan.Name;
        return run.Plan.Steps.Count(other => other.Title == title || other.Name == title) == 1 ? title : plan.Name;
    }

    private async Task WriteStepAsync(Utf8JsonWriter json, int step, CancellationToken cancellationToken)
    {
        var state = run.Steps[step];
        var commands = state.Current?.Commands ?? [];
        var failed = commands.FirstOrDefault(command => command.ExitCode is not null and not 0);
        json.WriteStartArray();
        json.WriteStringValue(WordOf(state, failed is not null));
        if (form == ResultForm.Current && state.Status != RunStatus.Success && failed is null)
            json.WriteStringValue(state.Message ?? state.Reason.ToString());
        json.WriteStartArray();
        WriteImage(json, step);
        if (state.Current is not null)
        {
            var log = await CommandLogs.LoadAsync(logs, KeyOf(state), cancellationToken);
            foreach (var command in commands)
            {
                WriteCommandStart(json, step, command);
                await WriteLogAsync(json, (state, command), log, cancellationToken);
                json.WriteEndObject();
            }
        }

        if (form == ResultForm.Original && state.Status != RunStatus.Success && failed is null)
            WriteFailure(json, state);
        json.WriteEndArray();
        json.WriteEndArray();
    }

    private string WordOf(StepState state, bool byCommand) => (form, state.Status) switch
    {
        (_, RunStatus.Success) => "success",
        (ResultForm.Original, _) => "pipeline-failed",
        _ => byCommand ? "nos/cmd-error" : "nos/error",
    };

    private void WriteImage(Utf8JsonWriter json, int step)
    {
        if (run.Steps[step].Current is null) return;
        json.WriteStartObject();
        json.WriteString("img", ImageOf(step));
        json.WriteNull("cmd");
        json.WriteNumber("time", (run.Steps[step].Started ?? run.Created).ToUnixTimeSeconds());
        json.WriteNull("log");
        json.WriteEndObject();
    }

    private void WriteCommandStart(Utf8JsonWriter json, int step, CommandRecord command)
    {
        var attempt = run.Steps[step].Current!;
        var started = (command.Started ?? attempt.Claimed).ToUnixTimeSeconds();
        json.WriteStartObject();
        if (form == ResultForm.Original && command.ExitCode is { } code and not 0)
            json.WriteString("error", string.Create(CultureInfo.InvariantCulture, $"exit code {code}"));
        json.WriteString("img", ImageOf(step));
        if (form == ResultForm.Current && command.ExitCode is { } status) json.WriteNumber("status", status);
        json.WriteString(
            "container",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{run.Id}-{run.Steps[step].Name}-{attempt.Number}-{attempt.Lease}"));
        json.WriteNumber(form == ResultForm.Original ? "time" : "start-time", started);
        if (form == ResultForm.Current)
            json.WriteNumber("end-time", (command.Ended ?? attempt.Ended ?? run.Ended!.Value).ToUnixTimeSeconds());
        json.WriteStartObject("cmd");
        json.WriteString("cmd", command.Text);
        json.WriteEndObject();
    }

    private async Task WriteLogAsync(
        Utf8JsonWriter json, (StepState Step, CommandRecord Command) of, CommandLogs log,
        CancellationToken cancellationToken)
    {
        if (place == ResultLogs.Link)
        {
            json.WriteString("log", AddressOf(of.Step));
            return;
        }

        json.WriteStartArray("log");
        await foreach (var (stream, text) in log.LinesAsync(of.Command.Index, cancellationToken))
        {
            WriteFrame(json, stream, text);
            if (json.BytesPending > FlushBytes) await json.FlushAsync(cancellationToken);
        }

        WriteFrame(json, LogStream.Stdout, "");
        json.WriteEndArray();
    }

    private static void WriteFrame(Utf8JsonWriter json, LogStream stream, string text)
    {
        json.WriteStartArray();
        json.WriteNumberValue((int)stream);
        json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private void WriteFailure(Utf8JsonWriter json, StepState state)
    {
        json.WriteStartObject();
        json.WriteString("error", state.Message ?? state.Reason.ToString());
        json.WriteNumber("time", (state.Ended ?? run.Ended!.Value).ToUnixTimeSeconds());
        json.WriteNull("cmd");
        json.WriteNull("log");
        json.WriteEndObject();
    }

    private string? ImageOf(int step) => WorkBuilder.Build(run, step).Work?.Image;

    private LogKey KeyOf(StepState step) => new(run.Namespace, run.Id, step.Name, step.Current!.Number);

    private string AddressOf(StepState step) => string.Create(
        CultureInfo.InvariantCulture,
        $"{ApiRoutes.Fill(ApiRoutes.StepLogs, run.Id, step.Name)}?attempt={step.Current!.Number}");
}
