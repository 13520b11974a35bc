using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Transport.Sockets;

/// <summary>An accepted connection: a pipe pair over its socket. A read waits in the kernel, a flush is one system call.</summary>
internal sealed class SocketConnection : ConnectionContext, IDuplexPipe, IConnectionSocketFeature
{
    /// <summary>Large enough for a common request; larger reads use further buffers of this size.</summary>
    private const int BufferSize = 4096;

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    /// <summary>Never disposed: an abort may come at any time, and without a timer it holds no resources.</summary>
    private readonly CancellationTokenSource _closed = new();
    private IDictionary<object, object?>? _items;
    private int _isClosed;

    public SocketConnection(Socket socket, string connectionId)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: false);
        ConnectionId = connectionId;
        ConnectionClosed = _closed.Token;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        Input = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: BufferSize, minimumReadSize: BufferSize / 4, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(_stream, new StreamPipeWriterOptions(minimumBufferSize: BufferSize, leaveOpen: true));
        Transport = this;
        Features.Set<IConnectionSocketFeature>(this);
    }

    /// <summary>Inserts TLS between socket and pipes before anything is read.</summary>
    public Socket Socket => _socket;

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public override IDuplexPipe Transport { get; set; }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new ConnectionFeatures();

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    public override void Abort(ConnectionAbortedException abortReason) => Close(abruptly: true);

    public override async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync().ConfigureAwait(false);
        try
        {
            await Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Unwritten bytes have no reader.
        }

        Close(abruptly: false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private void Close(bool abruptly)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        try
        {
            if (!abruptly)
            {
                _socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (SocketException)
        {
            // The client was faster.
        }

        // Ends reads and writes that wait.
        _socket.Dispose();
        _closed.Cancel();
    }
}
