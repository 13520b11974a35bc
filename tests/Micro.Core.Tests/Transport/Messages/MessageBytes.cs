using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Micro.Codecs;

namespace Micro.Transport.Messages;

/// <summary>Reads messages from bytes as a connection would.</summary>
internal static class MessageBytes
{
    /// <summary>Returns the read messages: heads and bodies, then the end.</summary>
    public static async Task<string> ReadAllAsync(byte[] bytes, int pieces, TransportLimits? limits = null, bool responses = false) =>
        await ReadAllAsync(PipeReader.Create(Sequences.InPieces(bytes, pieces)), limits, responses);

    /// <summary>The bytes arrive in two parts, the second after the reader has seen the first.</summary>
    public static async Task<string> ReadSplitAsync(byte[] bytes, int at, TransportLimits? limits = null)
    {
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var reading = ReadAllAsync(pipe.Reader, limits, responses: false);
        await pipe.Writer.WriteAsync(bytes.AsMemory(0, at));
        await pipe.Writer.WriteAsync(bytes.AsMemory(at));
        await pipe.Writer.CompleteAsync();
        return await reading;
    }

    public static async Task<string> ReadByteByByteAsync(byte[] bytes, TransportLimits? limits = null)
    {
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var reading = ReadAllAsync(pipe.Reader, limits, responses: false);
        foreach (var one in bytes)
        {
            await pipe.Writer.WriteAsync(new[] { one });
        }

        await pipe.Writer.CompleteAsync();
        return await reading;
    }

    private static async Task<string> ReadAllAsync(PipeReader input, TransportLimits? limits, bool responses)
    {
        var seen = new StringBuilder();
        using var head = new MessageHead();
        using var reader = new MessageReader(input, limits ?? new TransportLimits(), responses);
        try
        {
            while (await reader.ReadHeadAsync(head, default))
            {
                seen.Append(Encoding.Latin1.GetString(head.StartLine)).Append('|');
                seen.AppendJoin(';', head.ReadMetadata().Select(pair => $"{pair.Key}={pair.Value}")).Append('|');
                var body = await reader.ReadBodyAsync(head, default);
                seen.Append(Encoding.Latin1.GetString(body.ToArray())).Append('\n');
                reader.Release();
            }

            return seen.Append("end").ToString();
        }
        catch (MalformedMessageException exception)
        {
            return seen.Append(exception.StatusCode).ToString();
        }
        catch (MessageTooLargeException exception)
        {
            return seen.Append("too large ").Append(exception.Length).ToString();
        }
        catch (IOException)
        {
            return seen.Append("broken").ToString();
        }
    }
}
