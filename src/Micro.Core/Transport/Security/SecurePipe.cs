using System.IO.Pipelines;
using System.Net.Security;

namespace Micro.Transport.Security;

/// <summary>The pipes of a connection over TLS: a read decrypts in its own call, a flush encrypts in its own.</summary>
internal sealed class SecurePipe(SslStream stream) : IDuplexPipe
{
    private const int BufferSize = 4096;

    public PipeReader Input { get; } =
        PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferSize, minimumReadSize: BufferSize / 4, leaveOpen: true));

    public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: BufferSize, leaveOpen: true));
}
