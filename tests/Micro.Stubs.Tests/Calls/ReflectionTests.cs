using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using Micro.Stubs.Shop.Types.V1;
using Alpha = Grpc.Reflection.V1Alpha;

namespace Micro.Stubs.Calls;

/// <summary>Server reflection of contracts, asked with a generated client of another maker and as command-line tools ask.</summary>
public sealed class ReflectionTests
{
    [Fact]
    public async Task Reflection_ContractWhoseMessagesAreElsewhere_IsListedWithItsOwnFileAndAllImports()
    {
        await using var fixture = await StubService.StartAsync(new Orders(), new OrdersV2());
        await using var reflection = new Conversation(fixture);

        var services = (await reflection.AskAsync(new ServerReflectionRequest { ListServices = "*" })).ListServicesResponse.Service.Select(service => service.Name);
        var answer = await reflection.AskAsync(new ServerReflectionRequest { FileContainingSymbol = "shop.v1.Orders" });

        services.Should().Contain(["shop.v1.Orders", "shop.v2.Orders"]).And.NotContain("numbers.Orders");
        var files = FileDescriptor.BuildFromByteStrings(answer.FileDescriptorResponse.FileDescriptorProto.Reverse());
        files.Select(file => file.Name).Should().BeEquivalentTo("shop/v1/orders.proto", "shop/v1/types.proto");
        var declared = files.SelectMany(file => file.Services).Should().ContainSingle().Which;
        declared.FullName.Should().Be("shop.v1.Orders");
        declared.Methods.Select(method => (method.Name, method.IsClientStreaming, method.IsServerStreaming))
            .Should().Equal(("Get", false, false), ("List", false, true), ("Add", true, false), ("Follow", true, true));
        declared.FindMethodByName("Get").GetOptions().IdempotencyLevel.Should().Be(MethodOptions.Types.IdempotencyLevel.NoSideEffects);
    }

    [Theory]
    [InlineData("shop.v1.Orders.Get", "shop/v1/orders.proto")]
    [InlineData("shop.v2.Orders.Get", "shop/v2/orders.proto")]
    [InlineData("shop.types.v1.Order", "shop/v1/types.proto")]
    [InlineData("shop.types.v1.Order.version", "shop/v1/types.proto")]
    public async Task Reflection_MethodOrMessageAsSymbol_IsTheFileThatDeclaresIt(string symbol, string file)
    {
        await using var fixture = await StubService.StartAsync(new Orders(), new OrdersV2());
        await using var reflection = new Conversation(fixture);

        var answer = await reflection.AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });

        FileDescriptorProto.Parser.ParseFrom(answer.FileDescriptorResponse.FileDescriptorProto[0]).Name.Should().Be(file);
    }

    [Fact]
    public async Task Reflection_SequenceOfACommandLineTool_LeadsFromTheListToACall()
    {
        await using var fixture = await StubService.StartAsync(new Orders());
        await using var reflection = new Conversation(fixture);

        // Resolve the service, then each import by its name, then call by what was learned.
        var files = new Dictionary<string, ByteString>(StringComparer.Ordinal);
        var waiting = new Queue<ServerReflectionRequest>([new ServerReflectionRequest { FileContainingSymbol = "shop.v1.Orders" }]);
        while (waiting.TryDequeue(out var request))
        {
            var bytes = (await reflection.AskAsync(request)).FileDescriptorResponse.FileDescriptorProto[0];
            var file = FileDescriptorProto.Parser.ParseFrom(bytes);
            if (files.TryAdd(file.Name, bytes))
            {
                foreach (var import in file.Dependency)
                {
                    waiting.Enqueue(new ServerReflectionRequest { FileByFilename = import });
                }
            }
        }

        var learned = FileDescriptor.BuildFromByteStrings(files.Values.Reverse()).SelectMany(file => file.Services).Single().FindMethodByName("Get");
        var bytesMarshaller = Marshallers.Create<byte[]>(static bytes => bytes, static bytes => bytes);
        var method = new Method<byte[], byte[]>(MethodType.Unary, learned.Service.FullName, learned.Name, bytesMarshaller, bytesMarshaller);
        using var channel = GrpcChannel.ForAddress($"http://{fixture.Service.Server.Address}");
        var reply = await channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, new OrderKey { Id = "7" }.ToByteArray());
        Order.Parser.ParseFrom(reply).Id.Should().Be("7");
    }

    [Fact]
    public async Task Reflection_V1Alpha_AnswersTheSame()
    {
        await using var fixture = await StubService.StartAsync(new Orders());
        using var channel = GrpcChannel.ForAddress($"http://{fixture.Service.Server.Address}");
        using var call = new Alpha.ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();

        await call.RequestStream.WriteAsync(new Alpha.ServerReflectionRequest { FileContainingSymbol = "shop.v1.Orders" });
        (await call.ResponseStream.MoveNext(CancellationToken.None)).Should().BeTrue();

        call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto.Should().HaveCount(2);
        await call.RequestStream.CompleteAsync();
    }

    [Fact]
    public async Task Reflection_HandlerUnderAnotherName_IsListedByItsContract()
    {
        await using var service = StubService.Create();
        service.Handle(new Orders(), options => options.Name = "Renamed");
        await service.StartAsync();
        using var channel = GrpcChannel.ForAddress($"http://{service.Server.Address}");
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();

        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "*" });
        await call.ResponseStream.MoveNext(CancellationToken.None);

        call.ResponseStream.Current.ListServicesResponse.Service.Select(listed => listed.Name).Should().Contain("shop.v1.Orders").And.NotContain(name => name.EndsWith("Renamed", StringComparison.Ordinal));
        await call.RequestStream.CompleteAsync();
    }

    private sealed class Conversation : IAsyncDisposable
    {
        private readonly GrpcChannel _channel;
        private readonly AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> _call;

        public Conversation(StubService service)
        {
            _channel = GrpcChannel.ForAddress($"http://{service.Service.Server.Address}");
            _call = new ServerReflection.ServerReflectionClient(_channel).ServerReflectionInfo();
        }

        public async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
        {
            await _call.RequestStream.WriteAsync(request);
            (await _call.ResponseStream.MoveNext(CancellationToken.None)).Should().BeTrue();
            _call.ResponseStream.Current.ErrorResponse.Should().BeNull();
            return _call.ResponseStream.Current;
        }

        public async ValueTask DisposeAsync()
        {
            await _call.RequestStream.CompleteAsync();
            _call.Dispose();
            _channel.Dispose();
        }
    }

    private sealed class Orders : Shop.V1.Orders.OrdersBase
    {
        public override Task<Order> Get(OrderKey request, ServerCallContext context) => Task.FromResult(new Order { Id = request.Id });
    }

    private sealed class OrdersV2 : Shop.V2.Orders.OrdersBase;
}
