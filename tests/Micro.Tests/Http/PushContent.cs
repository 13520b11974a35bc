using System.Net;

namespace Micro.Tests.Http;

/// <summary>A body that is written while it is sent, as gRPC libraries do it.</summary>
internal sealed class PushContent(Func<Stream, Task> write) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
