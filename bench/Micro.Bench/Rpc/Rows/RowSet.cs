using Micro.Bench.Rpc.Probing;
using Micro.Bench.Serving;
using Micro.Client;
using Micro.Codecs;
using Micro.Registry;

namespace Micro.Bench.Rpc.Rows;

/// <summary>Starts the server processes and creates the requested rows; reports why one is not available.</summary>
internal sealed class RowSet : IAsyncDisposable
{
    /// <summary>Metadata key of nodes that support multiplexing.</summary>
    private const string MultiplexingKey = "mucp-mux";
    private readonly List<ServerProcess> _servers = [];
    private readonly List<IRow> _rows = [];
    private readonly Dictionary<string, string> _missing = new(StringComparer.Ordinal);

    private RowSet()
    {
    }

    public IReadOnlyList<IRow> Rows => _rows;

    /// <summary>By name, the reason why a row is missing.</summary>
    public IReadOnlyDictionary<string, string> Missing => _missing;

    /// <summary>Bytes of one request and one reply of this framework on the wire.</summary>
    public (int Request, int Reply) FrameBytes { get; private set; }

    public static async Task<RowSet> StartAsync(IReadOnlyCollection<string> names, int mostCallers, CancellationToken cancellationToken)
    {
        var set = new RowSet();
        try
        {
            await set.AddAsync(names, mostCallers, cancellationToken);
            set._rows.Sort(static (left, right) => Order(left.Name).CompareTo(Order(right.Name)));
            return set;
        }
        catch
        {
            await set.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var row in _rows)
        {
            await row.DisposeAsync();
        }

        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private static int Order(string name) => RowNames.All.Index().First(entry => entry.Item == name).Index;

    private async Task AddAsync(IReadOnlyCollection<string> names, int mostCallers, CancellationToken cancellationToken)
    {
        // Also without rows of this framework: the raw rows send frames of the same length.
        var micro = await StartAsync(ServerKind.Micro, cancellationToken);
        await AddMicroAsync(micro, names, mostCallers);
        if (names.Any(static name => name is RowNames.RawPingPong or RowNames.RawBatch))
        {
            var raw = await StartAsync(ServerKind.Raw, cancellationToken, FrameBytes.Request, FrameBytes.Reply);
            Add(names, RowNames.RawPingPong, _ => new RawRow(raw, isBatch: false, FrameBytes.Request, FrameBytes.Reply));
            Add(names, RowNames.RawBatch, _ => new RawRow(raw, isBatch: true, FrameBytes.Request, FrameBytes.Reply));
        }

        if (names.Any(static name => name.StartsWith("http/", StringComparison.Ordinal)))
        {
            var http = await StartAsync(ServerKind.Http, cancellationToken);
            Add(names, RowNames.Http1Json, name => new HttpRow(name, http, isHttp2: false, isJson: true));
            Add(names, RowNames.Http1Protobuf, name => new HttpRow(name, http, isHttp2: false, isJson: false));
            Add(names, RowNames.Http2Json, name => new HttpRow(name, http, isHttp2: true, isJson: true));
            Add(names, RowNames.Http2Protobuf, name => new HttpRow(name, http, isHttp2: true, isJson: false));
        }

        if (names.Contains(RowNames.MucpStub) || names.Contains(RowNames.GrpcStub))
        {
            var stub = await StartAsync(ServerKind.MicroStub, cancellationToken);
            var record = WireProbe.RecordOf(stub);
            Add(names, RowNames.MucpStub, name => new StubRow(name, stub, MicroClients.Create(record, mostCallers, null)));
            Add(names, RowNames.GrpcStub, name => new StubRow(name, stub, MicroClients.Create(record, mostCallers, "grpc")));
        }

        if (names.Contains(RowNames.GrpcDotnet))
        {
            var grpc = await StartAsync(ServerKind.GrpcDotnet, cancellationToken);
            Add(names, RowNames.GrpcDotnet, _ => new GrpcDotnetRow(grpc));
        }
    }

    private async Task AddMicroAsync(ServerProcess server, IReadOnlyCollection<string> names, int mostCallers)
    {
        var record = WireProbe.RecordOf(server);
        var alone = WithoutMultiplexing(record);
        var plain = new CallOptions();
        var exclusive = await WireProbe.LookAsync(alone, kind: null, plain);
        var shared = await WireProbe.LookAsync(record, kind: null, plain);
        var frame = shared.IsMultiplexed ? shared : exclusive;
        FrameBytes = (frame.Request.Length, frame.Reply.Length);
        Add(names, RowNames.MucpExclusive, name => new MicroRow(name, server, MicroClients.Create(alone, mostCallers, null), plain));
        if (shared.IsMultiplexed)
        {
            Add(names, RowNames.MucpMultiplexed, name => new MicroRow(name, server, MicroClients.Create(record, mostCallers, null), plain));
        }
        else
        {
            Miss(names, RowNames.MucpMultiplexed, "this build does not multiplex mucp connections");
        }

        if (names.Contains(RowNames.Grpc))
        {
            await AddGrpcAsync(server, record, names, mostCallers);
        }
    }

    private async Task AddGrpcAsync(ServerProcess server, ServiceRecord record, IReadOnlyCollection<string> names, int mostCallers)
    {
        var options = new CallOptions { ContentType = ContentTypes.GrpcProto };
        try
        {
            // Without a gRPC client the same content type uses a legacy envelope over mucp, which is another row.
            var sight = await WireProbe.LookAsync(record, "grpc", options);
            if (sight.IsHttp2)
            {
                Add(names, RowNames.Grpc, name => new MicroRow(name, server, MicroClients.Create(record, mostCallers, "grpc"), options));
                return;
            }

            Miss(names, RowNames.Grpc, "this build's client sends no HTTP/2");
        }
        catch (Exception error) when (error is MicroException or MicroConfigurationException)
        {
            Miss(names, RowNames.Grpc, error.Message);
        }
    }

    private static ServiceRecord WithoutMultiplexing(ServiceRecord record)
    {
        var node = record.Nodes[0];
        var metadata = node.Metadata.Where(static label => label.Key != MultiplexingKey).ToDictionary(StringComparer.Ordinal);
        return record with { Nodes = [node with { Metadata = metadata }] };
    }

    private void Add(IReadOnlyCollection<string> names, string name, Func<string, IRow> make)
    {
        if (names.Contains(name))
        {
            _rows.Add(make(name));
        }
    }

    private void Miss(IReadOnlyCollection<string> names, string name, string reason)
    {
        if (names.Contains(name))
        {
            _missing[name] = reason;
        }
    }

    private async Task<ServerProcess> StartAsync(ServerKind kind, CancellationToken cancellationToken, int request = 0, int reply = 0)
    {
        var server = await ServerProcess.StartAsync(kind, cancellationToken, request, reply);
        _servers.Add(server);
        return server;
    }
}
