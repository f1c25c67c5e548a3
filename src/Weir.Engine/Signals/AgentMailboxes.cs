using System.Collections.Concurrent;
using System.Threading.Channels;
using Weir.Contracts.AgentProtocol;

namespace Weir.Engine.Signals;

/// <summary>
/// Messages for the standing channels of agents. A mailbox is bounded and forgets its oldest message: every message is
/// only a hint to ask at once what the next renewal or claim would have told as well.
/// </summary>
public sealed class AgentMailboxes
{
    private const int Capacity = 256;
    private readonly ConcurrentDictionary<string, Channel<ChannelMessage>> _boxes = new();

    public void Send(string agent, ChannelMessage message) => Box(agent).Writer.TryWrite(message);

    public async Task<ChannelMessage> ReceiveAsync(string agent, CancellationToken cancellationToken)
    {
        var reader = Box(agent).Reader;
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            if (reader.TryRead(out var message)) return message;
        }

        throw new OperationCanceledException(cancellationToken);
    }

    private Channel<ChannelMessage> Box(string agent) => _boxes.GetOrAdd(agent, static _ =>
        Channel.CreateBounded<ChannelMessage>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest }));
}
