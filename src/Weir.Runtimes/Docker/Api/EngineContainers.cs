using System.Net;

namespace Weir.Runtimes.Docker.Api;

internal sealed class EngineContainers(EngineConnection connection)
{
    public async Task<string> CreateAsync(string name, CreateContainer body, CancellationToken cancellationToken)
    {
        var created = await connection.PostAsync(
            $"containers/create?name={Uri.EscapeDataString(name)}", body, EngineJson.Default.CreateContainer,
            EngineJson.Default.Created, cancellationToken);
        return created.Id;
    }

    public Task StartAsync(string id, CancellationToken cancellationToken) =>
        connection.DoAsync(HttpMethod.Post, $"containers/{id}/start", cancellationToken);

    /// <summary>Null when there is no such container.</summary>
    public async Task<ContainerFacts?> InspectAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.GetAsync(
                $"containers/{id}/json", EngineJson.Default.ContainerFacts, cancellationToken);
        }
        catch (EngineException missing) when (missing.IsMissing)
        {
            return null;
        }
    }

    /// <summary>Bytes of the files that it has and its image has not, or has differently.</summary>
    public async Task<long> ChangedBytesAsync(string id, CancellationToken cancellationToken)
    {
        var facts = await connection.GetAsync(
            $"containers/{id}/json?size=1", EngineJson.Default.ContainerFacts, cancellationToken);
        return facts.SizeRw;
    }

    public Task<IReadOnlyList<ContainerEntry>> ListAsync(string label, CancellationToken cancellationToken) =>
        connection.GetAsync(
            $"containers/json?all=1&filters={EngineFilter.OfLabels(label)}",
            EngineJson.Default.IReadOnlyListContainerEntry, cancellationToken);

    /// <summary>Returns the exit code once it does not run, at once when it does not run now.</summary>
    public async Task<int> WaitAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await connection.SendAsync(
            HttpMethod.Post, $"containers/{id}/wait?condition=not-running", null, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var answer = await System.Text.Json.JsonSerializer.DeserializeAsync(
            body, EngineJson.Default.WaitAnswer, cancellationToken);
        return answer?.StatusCode ?? -1;
    }

    /// <summary>A container that does not run, or is not there, is left as it is.</summary>
    public Task KillAsync(string id, string signal, CancellationToken cancellationToken) =>
        UnlessGoneAsync(connection.DoAsync(
            HttpMethod.Post, $"containers/{id}/kill?signal={signal}", cancellationToken));

    /// <summary>Kills and removes it with its anonymous volumes, if it is there.</summary>
    public Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        UnlessGoneAsync(connection.DoAsync(
            HttpMethod.Delete, $"containers/{id}?force=1&v=1", cancellationToken));

    public Task<HijackedStream> AttachAsync(string id, bool input, CancellationToken cancellationToken) =>
        connection.HijackAsync(
            $"containers/{id}/attach?stream=1&stdout=1&stderr=1&stdin={(input ? 1 : 0)}", cancellationToken);

    /// <summary>Starts a command in a running container and does not wait for it.</summary>
    public async Task ExecuteAsync(string id, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var exec = await connection.PostAsync(
            $"containers/{id}/exec", new CreateExec(command), EngineJson.Default.CreateExec,
            EngineJson.Default.Created, cancellationToken);
        using var content = new StringContent(
            """{"Detach":true}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var response = await connection.SendAsync(
            HttpMethod.Post, $"exec/{exec.Id}/start", content, cancellationToken);
    }

    /// <summary>A tar of what the path names; the caller disposes it.</summary>
    public async Task<Stream> ReadArchiveAsync(string id, string path, CancellationToken cancellationToken)
    {
        var response = await connection.SendAsync(
            HttpMethod.Get, $"containers/{id}/archive?path={Uri.EscapeDataString(path)}", null, cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <summary>Unpacks a tar in a folder of the container.</summary>
    public async Task WriteArchiveAsync(string id, string path, Stream tar, CancellationToken cancellationToken)
    {
        using var content = new StreamContent(tar);
        using var response = await connection.SendAsync(
            HttpMethod.Put, $"containers/{id}/archive?path={Uri.EscapeDataString(path)}", content, cancellationToken);
    }

    // podman answers 500 when it should kill what has ended.
    private static bool IsGone(EngineException refused) =>
        refused.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict
        || (refused.Status == HttpStatusCode.InternalServerError
            && refused.Message.Contains("state improper", StringComparison.Ordinal));

    private static async Task UnlessGoneAsync(Task request)
    {
        try
        {
            await request;
        }
        catch (EngineException gone) when (IsGone(gone))
        {
            // it ended or went by itself in the meantime
        }
    }
}
