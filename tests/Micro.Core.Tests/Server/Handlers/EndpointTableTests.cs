using System.Text;
using Micro.Codecs;

namespace Micro.Server.Handlers;

public sealed class EndpointTableTests
{
    [Fact]
    public void TryGet_Known_FindsByTextAndBytes()
    {
        var table = Table("Greeter.Hello", "Greeter.Größe");
        foreach (var name in new[] { "Greeter.Hello", "Greeter.Größe" })
        {
            table.TryGet(name, out var invoker).Should().BeTrue();
            table.TryGet(Encoding.UTF8.GetBytes(name), out var sameInvoker).Should().BeTrue();
            sameInvoker.Should().BeSameAs(invoker);
            table.Get(name, "greeter").Name.Should().Be(name);
        }

        table.TryGet("greeter.hello", out _).Should().BeFalse();
        table.TryGet(Encoding.UTF8.GetBytes(new string('a', 100_000)), out _).Should().BeFalse();
        table.TryGet([0xff, 0xfe], out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("Hello", 400, "rpc: service/endpoint request ill-formed: Hello")]
    [InlineData("", 400, "rpc: service/endpoint request ill-formed: ")]
    [InlineData("a.b.c", 400, "rpc: service/endpoint request ill-formed: a.b.c")]
    [InlineData("Nope.Hello", 404, "rpc: can't find service Nope")]
    [InlineData("Greeter.Nope", 404, "rpc: can't find method Nope")]
    [InlineData(".", 404, "rpc: can't find service ")]
    public void Get_Unknown_IsTheErrorOfTheOriginal(string endpoint, int code, string detail)
    {
        var error = FluentActions.Invoking(() => Table("Greeter.Hello").Get(endpoint, "greeter")).Should().Throw<MicroException>().Which;
        (error.Code, error.Id, error.Detail).Should().Be((code, "greeter", detail));
    }

    [Fact]
    public void Missing_LongName_IsShortened() =>
        Table("Greeter.Hello").Missing(new string('x', 10_000), "greeter").Detail.Length.Should().BeLessThan(400);

    [Fact]
    public void Advertised_IsSortedByHandlerThenMethod_WithoutInternal()
    {
        var builder = new EndpointTableBuilder();
        foreach (var name in new[] { "B.Z", "A1.A", "A.Z", "A.B", "a.A" })
        {
            builder.Add(Endpoint(name));
        }

        builder.Add(Endpoint("Debug.Health", isInternal: true));
        var table = builder.Build([]);
        table.Advertised.Select(endpoint => endpoint.Name).Should().Equal("A.B", "A.Z", "A1.A", "B.Z", "a.A");
        table.TryGet("Debug.Health", out _).Should().BeTrue();
    }

    [Fact]
    public void Builder_TakenNames_Fail()
    {
        var builder = new EndpointTableBuilder();
        builder.AddHandler([Endpoint("A.A"), Endpoint("A.B")]);
        builder.Add(Endpoint("A.C"));
        FluentActions.Invoking(() => builder.Add(Endpoint("A.B"))).Should().Throw<ArgumentException>().WithMessage("*A.B*already*");
        FluentActions.Invoking(() => builder.AddHandler([Endpoint("A.D")])).Should().Throw<ArgumentException>().WithMessage("*'A' already exists*");
        builder.Build([]).Advertised.Should().HaveCount(3);
    }

    [Fact]
    public void Unary_TooLongName_Fails() =>
        FluentActions.Invoking(() => Endpoint("A." + new string('b', 255))).Should().Throw<ArgumentException>().WithMessage("*256*");

    [Fact]
    public void Lookups_AllocateNothing()
    {
        var table = Table("Greeter.Hello");
        var formats = new ContentFormats();
        byte[] endpoint = [.. "Greeter.Hello"u8], contentType = [.. "application/grpc"u8];
        var found = 0;
        Look(); // the first time may initialise
        var before = GC.GetAllocatedBytesForCurrentThread();
        Look();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        found.Should().Be(8);

        void Look()
        {
            found += table.TryGet(endpoint, out _) ? 1 : 0;
            found += table.TryGet("Greeter.Hello", out _) ? 1 : 0;
            found += formats.TryGet(contentType, out _) ? 1 : 0;
            found += formats.TryGet("application/json", out _) ? 1 : 0;
        }
    }

    private static EndpointTable Table(params string[] names) => new(names.Select(name => Endpoint(name)));

    private static EndpointInvoker Endpoint(string name, bool isInternal = false) =>
        EndpointInvokers.Unary<int, int>(name, (number, _) => ValueTask.FromResult(number), null, [], isInternal);
}
