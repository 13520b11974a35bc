using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Testing.Network;

/// <summary>The server's end of a connection in memory.</summary>
internal sealed class MemoryConnection : ConnectionContext, IDuplexPipe
{
    private readonly MemoryStreamEnd _stream;
    private readonly CancellationTokenSource _closed = new();
    private IDictionary<object, object?>? _items;
    private int _isClosed;

    public MemoryConnection(MemoryStreamEnd stream, string connectionId, EndPoint local, EndPoint remote)
    {
        _stream = stream;
        ConnectionId = connectionId;
        ConnectionClosed = _closed.Token;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        Transport = this;
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public override IDuplexPipe Transport { get; set; }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

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
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private void Close(bool abruptly)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        if (abruptly)
        {
            _stream.Reset();
        }

        _stream.Dispose();
        _closed.Cancel();
    }
}
