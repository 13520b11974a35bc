using System.Text.Json.Serialization;
using Micro.Codecs;

namespace Micro.Server;

#pragma warning disable CA1051, CA1823, CS0169, CS0649, IDE0044, IDE0051, S1144, S2933 // private state is what is tested

public sealed class HiddenContentTests
{
    [Fact]
    public async Task Handle_MessageOfPrivateState_IsAnError()
    {
        await using var server = Create();
        var requests = () => server.Handle<Hidden, int>("Test.Hello", (_, _) => Task.FromResult(1));
        var answers = () => server.HandleStream<int, Hidden>("Test.Stream", (_, _) => Task.CompletedTask);
        var handler = () => server.Handle(new Handler());
        requests.Should().Throw<ArgumentException>().WithMessage("endpoint 'Test.Hello': message Hidden would be sent empty, because it has no public property or field: *");
        answers.Should().Throw<ArgumentException>().WithMessage("endpoint 'Test.Stream': message Hidden would be sent empty*");
        handler.Should().Throw<ArgumentException>().WithMessage("endpoint 'Handler.Ask': message Hidden would be sent empty*");
    }

    [Fact]
    public async Task Handle_MessagesThatTravelOrAreEmpty_AreBound()
    {
        await using var server = Create();
        server.Handle<Nothing, (int A, string B)>("Test.Tuple", (_, _) => Task.FromResult((1, "")));
        server.Handle<System.Numerics.Vector3, byte[]>("Test.Vector", (_, _) => Task.FromResult<byte[]>([]));
        server.Handle<Included, Guid>("Test.Included", (_, _) => Task.FromResult(Guid.Empty));
        server.Handle<Dictionary<string, Nothing>, int?>("Test.Map", (_, _) => Task.FromResult<int?>(1));
    }

    [Fact]
    public async Task Handle_CustomCodec_MayWritePrivateState()
    {
        await using var server = Create();
        server.Options.Codecs["application/own"] = MicroCodecs.Json();
        server.Handle<Hidden, int>("Test.Hello", (_, _) => Task.FromResult(1));
    }

    private static RpcServer Create() => new(new ServerOptions { Name = "test", Address = "127.0.0.1:0" });

    public sealed class Hidden
    {
        private int _number = 1;

        public int Sum() => _number;
    }

    public sealed class Nothing;

    public sealed class Included
    {
        [JsonInclude]
        internal int Number;
    }

    public sealed class Handler
    {
        public Hidden Ask(int number) => new();
    }
}
