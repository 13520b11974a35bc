using Grpc.Core;
using Micro.Stubs.Shop.Types.V1;
using Keywords = Namespace.Class.New;

#pragma warning disable CS0612 // One of the files is marked as deprecated.

namespace Micro.Stubs.Calls;

/// <summary>Contracts side by side, and files as people write them.</summary>
public sealed class ContractTests
{
    public static TheoryData<string> Ways => StubService.Ways;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Contracts_SameShortName_AreTwoAndAThirdIsUnknown(string way)
    {
        await using var fixture = await StubService.StartAsync(new OrdersV1(), new OrdersV2());
        var invoker = fixture.Invoker(way);

        (await new Shop.V1.Orders.OrdersClient(invoker).GetAsync(new OrderKey { Id = "7" })).Version.Should().Be("v1");
        (await new Shop.V2.Orders.OrdersClient(invoker).GetAsync(new OrderKey { Id = "7" })).Version.Should().Be("v2");
        var third = new Method<OrderKey, Order>(MethodType.Unary, "shop.v3.Orders", "Get", Marshaller(OrderKey.Parser), Marshaller(Order.Parser));
        (await FluentActions.Awaiting(() => invoker.AsyncUnaryCall(third, null, default, new OrderKey()).ResponseAsync).Should().ThrowAsync<RpcException>())
            .Which.StatusCode.Should().Be(way.StartsWith("grpc", StringComparison.Ordinal) ? StatusCode.Unimplemented : StatusCode.NotFound);
    }

    [Fact]
    public async Task Contracts_SameShortName_TheSecondIsRegisteredByItsFullName()
    {
        await using var fixture = await StubService.StartAsync(new OrdersV1(), new OrdersV2());

        fixture.Service.Server.Record!.Endpoints.Select(endpoint => endpoint.Name)
            .Should().Equal("Orders.Add", "Orders.Follow", "Orders.Get", "Orders.List", "shop.v2.Orders.Get");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Contracts_SameShortName_OnlyTheIdempotentOneIsRepeated(string way)
    {
        var (first, second) = (new OrdersV1 { HangsOnce = true }, new OrdersV2 { HangsOnce = true });
        await using var fixture = await StubService.StartAsync(first, second);
        var invoker = fixture.Invoker(way, new Micro.Client.CallOptions { AttemptTimeout = TimeSpan.FromSeconds(2) });

        (await new Shop.V1.Orders.OrdersClient(invoker).GetAsync(new OrderKey { Id = "7" })).Version.Should().Be("v1");
        (await FluentActions.Awaiting(async () => await new Shop.V2.Orders.OrdersClient(invoker).GetAsync(new OrderKey { Id = "7" })).Should().ThrowAsync<RpcException>())
            .Which.StatusCode.Should().Be(StatusCode.DeadlineExceeded);

        first.Calls.Should().BeGreaterThan(1);
        second.Calls.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Contracts_NamesThatClashAndKeywords_BindAndAnswer(string way)
    {
        await using var fixture = await StubService.StartAsync(new Event(), new Ledger(), new BookKeeper(), new ClientService());
        var invoker = fixture.Invoker(way);

        (await new Keywords.Event.EventClient(invoker).awaitAsync(new Keywords.Object { String = "a" })).String.Should().Be("a!");
        (await new Older.Ledger.LedgerClient(invoker).FindAsync(new Older.Query { Key = "k" })).Line.Text.Should().Be("k 7");
        (await new Acme.TrickyNames.V2.book_keeper.book_keeperClient(invoker).EqualsAsync(new Acme.TrickyNames.V2.Outer { System = "s" })).System.Should().Be("s=");
        (await new Acme.TrickyNames.V2.Client.ClientClient(invoker).ClientAsync(new Acme.TrickyNames.V2.Outer { System = "c" })).System.Should().Be("c");
    }

    [Fact]
    public async Task Handle_WithoutReflection_BindsByTheGeneratedMethod()
    {
        await using var service = StubService.Create();
        service.HandleContract(Numbers.Descriptor, binder => Numbers.BindService(binder, new NumbersService()));
        await service.StartAsync();

        (await new Numbers.NumbersClient(service.Client.AsCallInvoker(StubService.Name)).DoubleAsync(new Number { Value = 2 })).Value.Should().Be(4);
    }

    [Fact]
    public async Task Handle_BindingOfAnotherContract_IsRefusedAtTheDoor()
    {
        await using var service = StubService.Create();

        FluentActions.Invoking(() => service.HandleContract(Nothing.Descriptor, binder => Numbers.BindService(binder, new NumbersService())))
            .Should().Throw<ArgumentException>().WithMessage("*Numbers*Nothing does not declare*");
        FluentActions.Invoking(() => service.HandleContract(Numbers.Descriptor, binder => Numbers.BindService(binder, null)))
            .Should().Throw<ArgumentException>().WithMessage("*without a handler*");
    }

    private static Marshaller<T> Marshaller<T>(Google.Protobuf.MessageParser<T> parser)
        where T : Google.Protobuf.IMessage<T> =>
        Marshallers.Create(static message => Google.Protobuf.MessageExtensions.ToByteArray(message), parser.ParseFrom);

    private sealed class OrdersV1 : Shop.V1.Orders.OrdersBase
    {
        private int _calls;

        public bool HangsOnce { get; init; }

        public int Calls => Volatile.Read(ref _calls);

        public override async Task<Order> Get(OrderKey request, ServerCallContext context)
        {
            if (Interlocked.Increment(ref _calls) == 1 && HangsOnce)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
            }

            return new Order { Id = request.Id, Version = "v1" };
        }
    }

    private sealed class OrdersV2 : Shop.V2.Orders.OrdersBase
    {
        private int _calls;

        public bool HangsOnce { get; init; }

        public int Calls => Volatile.Read(ref _calls);

        public override async Task<Order> Get(OrderKey request, ServerCallContext context)
        {
            if (Interlocked.Increment(ref _calls) == 1 && HangsOnce)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
            }

            return new Order { Id = request.Id, Version = "v2" };
        }
    }

    private sealed class Event : Keywords.Event.EventBase
    {
        public override Task<Keywords.Object> await(Keywords.Object request, ServerCallContext context) =>
            Task.FromResult(new Keywords.Object { String = request.String + "!" });
    }

    private sealed class Ledger : Older.Ledger.LedgerBase
    {
        public override Task<Older.Entry> Find(Older.Query request, ServerCallContext context) =>
            Task.FromResult(new Older.Entry { Line = new Older.Entry.Types.Line { Text = $"{request.Key} {request.Limit}" } });
    }

    private sealed class BookKeeper : Acme.TrickyNames.V2.book_keeper.book_keeperBase
    {
        public override Task<Acme.TrickyNames.V2.Outer> Equals(Acme.TrickyNames.V2.Outer request, ServerCallContext context) =>
            Task.FromResult(new Acme.TrickyNames.V2.Outer { System = request.System + "=" });
    }

    private sealed class ClientService : Acme.TrickyNames.V2.Client.ClientBase
    {
        public override Task<Acme.TrickyNames.V2.Outer> Client(Acme.TrickyNames.V2.Outer request, ServerCallContext context) => Task.FromResult(request);
    }
}
