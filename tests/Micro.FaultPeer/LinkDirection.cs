namespace Micro.FaultPeer;

/// <summary>One direction of a link: what comes in at one interface goes out at the other, as the quality allows.</summary>
internal sealed class LinkDirection(PacketInterface from, PacketInterface to, LinkQuality quality)
{
    public async Task RunAsync()
    {
        var buffer = new byte[PacketInterface.LongestFrame];
        while (true)
        {
            try
            {
                var length = await from.ReadAsync(buffer);
                var copies = quality.Copies(buffer.AsSpan(PacketInterface.HeaderLength, length - PacketInterface.HeaderLength));
                var frame = buffer.AsMemory(0, length).ToArray();
                for (; copies > 0; copies--)
                {
                    _ = DeliverAsync(frame, quality.NextDelay());
                }
            }
            catch (System.Net.Sockets.SocketException exception)
            {
                // The interface is down for a while: the packet is lost, as on a real link.
                await Console.Error.WriteLineAsync("link: " + exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    private async Task DeliverAsync(byte[] frame, TimeSpan delay)
    {
        try
        {
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, TimeProvider.System);
            }

            await to.WriteAsync(frame);
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            await Console.Error.WriteLineAsync("link: " + exception.Message);
        }
    }
}
