using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Weir.Controller.Features.AgentProtocol;

/// <summary>A request's whole body in a rented buffer.</summary>
internal readonly struct RequestBytes : IDisposable
{
    private readonly byte[] _rented;

    private RequestBytes(byte[] rented, int length)
    {
        _rented = rented;
        Memory = rented.AsMemory(0, length);
    }

    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>Throws <see cref="BadHttpRequestException"/> (413) when it is longer than the limit.</summary>
    public static async ValueTask<RequestBytes> ReadAsync(HttpContext context, int limit)
    {
        if (context.Request.ContentLength > limit) throw TooLarge(limit);
        // A body of known length ends there: room for one byte more would double the buffer of a full one.
        var announced = (int?)context.Request.ContentLength;
        var buffer = ArrayPool<byte>.Shared.Rent(announced ?? 4096);
        var length = 0;
        try
        {
            while (length != announced
                && await context.Request.Body.ReadAsync(
                    buffer.AsMemory(length), context.RequestAborted) is > 0 and var read)
            {
                length += read;
                if (length > limit) throw TooLarge(limit);
                if (length == buffer.Length && length != announced) buffer = Grow(buffer);
            }

            var whole = new RequestBytes(buffer, length);
            buffer = null;
            return whole;
        }
        finally
        {
            if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static BadHttpRequestException TooLarge(int limit) =>
        new($"the body may have {limit} bytes at most", StatusCodes.Status413PayloadTooLarge);
}
