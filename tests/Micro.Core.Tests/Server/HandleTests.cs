namespace Micro.Server;

/// <summary>Every way to add a handler ends in one <see cref="IEndpointCollection.Add"/>.</summary>
public sealed class HandleTests
{
    [Fact]
    public void Handle_EveryKindOfHandler_AddsOneDescription()
    {
        var endpoints = new Recorder();

        endpoints.Handle(new Greeter());
        endpoints.Handle(static _ => new Greeter());
        endpoints.Handle(new Contract());
        endpoints.Handle<string, string>("Greeter.Hello", static (name, _) => Task.FromResult(name));
        endpoints.HandleStream<string, string>("Greeter.Repeat", static (_, _) => Task.CompletedTask);

        endpoints.Names.Should().Equal("Greeter", "Greeter", "Contract", "Greeter.Hello", "Greeter.Repeat");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Hello")]
    [InlineData("Greeter.Hello.World")]
    public void Handle_IllFormedName_IsRefusedBeforeItIsAdded(string endpoint)
    {
        var endpoints = new Recorder();

        endpoints.Invoking(collection => collection.Handle<string, string>(endpoint, static (name, _) => Task.FromResult(name))).Should().Throw<ArgumentException>();
        endpoints.Invoking(collection => collection.HandleStream<string, string>(endpoint, static (_, _) => Task.CompletedTask)).Should().Throw<ArgumentException>();

        endpoints.Names.Should().BeEmpty();
    }

    [Fact]
    public void Handle_Null_IsRefused()
    {
        var endpoints = new Recorder();

        endpoints.Invoking(static collection => collection.Handle((object)null!)).Should().Throw<ArgumentNullException>();
        endpoints.Invoking(static collection => collection.Handle((IContractHandler)null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(static () => ((IEndpointCollection)null!).Handle(new Greeter())).Should().Throw<ArgumentNullException>();
    }

    private sealed class Recorder : IEndpointCollection
    {
        public List<string> Names { get; } = [];

        public void Add(EndpointDescription endpoints) => Names.Add(endpoints.Name);
    }

    private sealed class Greeter
    {
        public static string Hello(string name) => name;
    }

    private sealed class Contract : IContractHandler
    {
        public void AddTo(IContractBinder binder)
        {
        }
    }
}
