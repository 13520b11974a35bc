using Google.Protobuf.Reflection;
using Greeter;

namespace Micro.Server.Handlers.Binding;

public sealed class ContractBinderTests
{
    private static ServiceDescriptor Service => GreeterReflection.Descriptor.Services[0];

    [Fact]
    public void Bind_EveryEndpoint_KnowsTheRpcAndItsFile()
    {
        var invokers = ContractBinder.Bind(new Contract(Greet), new HandlerOptions(), [], NoContract);

        invokers.Select(invoker => invoker.Name).Should().Equal("Greeter.Hello", "Greeter.PingPong", "Greeter.Stream");
        invokers.Should().OnlyContain(invoker => invoker.Method!.Service.FullName == "greeter.Greeter" && invoker.Method.File == GreeterReflection.Descriptor);
        invokers.Select(invoker => invoker.IsStream).Should().Equal(false, true, true);
    }

    [Fact]
    public void Handle_ContractHeldAsObject_IsBoundAsContract()
    {
        var server = new RpcServer(new ServerOptions { Name = "test" });
        object handler = new Contract(Greet);

        server.Handle(handler);

        FluentActions.Invoking(() => server.Handle(new Contract(Greet))).Should().Throw<ArgumentException>().WithMessage("*'Greeter' already exists*");
    }

    [Fact]
    public void Bind_EndpointGivenTwiceOrIllFormed_Throws()
    {
        Binding(binder =>
        {
            Greet(binder);
            Greet(binder);
        }).Should().Throw<ArgumentException>().WithMessage("*the contract adds endpoint 'Greeter.Hello' twice*");
        Binding(binder => binder.Unary<Request, Response>(new ContractEndpoint("Hello") { Method = Service.Methods[0] }, (_, _) => Task.FromResult(new Response())))
            .Should().Throw<ArgumentException>().WithMessage("*'Hello'*Handler.Method*");
        Binding(_ => { }).Should().Throw<ArgumentException>().WithMessage("*its contract declares none*");
    }

    [Fact]
    public void Bind_Endpoint_IsDescribedByItsTypes()
    {
        var invoker = ContractBinder.Bind(
            new Contract(binder => binder.Unary<string, string>(
                new ContractEndpoint("Greeter.Hello") { Idempotent = true },
                (request, _) => Task.FromResult(request))),
            new HandlerOptions(),
            [],
            NoContract).Single();

        invoker.Description.Request.Should().Be(new Registry.Value { Name = "string", Type = "string" });
        invoker.Description.Response.Should().Be(new Registry.Value { Name = "string", Type = "string" });
        invoker.Description.Metadata.Should().Contain("idempotent", "true");
        invoker.Method.Should().BeNull();
    }

    [Fact]
    public void Bind_DescribedEndpointTwiceOrIllFormed_Throws()
    {
        Binding(binder =>
        {
            binder.Unary<string, string>(new ContractEndpoint("Greeter.Hello"), (request, _) => Task.FromResult(request));
            binder.ClientStream<string, string>(new ContractEndpoint("Greeter.Hello"), (_, _) => Task.FromResult(""));
        }).Should().Throw<ArgumentException>().WithMessage("*the contract adds endpoint 'Greeter.Hello' twice*");
        Binding(binder => binder.ServerStream<string, string>(new ContractEndpoint("Hello"), (_, _) => throw new NotSupportedException()))
            .Should().Throw<ArgumentException>().WithMessage("*'Hello'*Handler.Method*");
        Binding(binder => binder.BidirectionalStream<string, string>(null!, (_, _) => throw new NotSupportedException()))
            .Should().Throw<ArgumentNullException>();
    }

    [Theory]
    [InlineData(null, "Greeter.Hello")]
    [InlineData("greeter.Greeter", "Greeter.Hello")]
    [InlineData("other.Greeter", "greeter.Greeter.Hello")]
    public void Bind_ShortNameOfAnotherContract_KeepsTheFullName(string? holder, string expected) =>
        ContractBinder.Bind(new Contract(Greet), new HandlerOptions(), [], _ => holder)[0].Name.Should().Be(expected);

    private static string? NoContract(string handler) => null;

    private static Action Binding(Action<IContractBinder> add) => () => ContractBinder.Bind(new Contract(add), new HandlerOptions(), [], NoContract);

    private static void Greet(IContractBinder binder)
    {
        binder.Unary<Request, Response>(new ContractEndpoint("Greeter.Hello") { Method = Service.Methods[0] }, (_, _) => Task.FromResult(new Response()));
        binder.ServerStream<StreamRequest, StreamResponse>(new ContractEndpoint("Greeter.Stream") { Method = Service.Methods[1] }, (_, _) => throw new NotSupportedException());
        binder.BidirectionalStream<Ping, Pong>(new ContractEndpoint("Greeter.PingPong") { Method = Service.Methods[2] }, (_, _) => throw new NotSupportedException());
    }

    private sealed class Contract(Action<IContractBinder> add) : IContractHandler
    {
        public void AddTo(IContractBinder binder) => add(binder);
    }
}
