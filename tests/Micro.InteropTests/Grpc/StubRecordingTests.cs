
namespace Micro.InteropTests.Grpc;

/// <summary>The recordings against a class derived from the generated service base.</summary>
public sealed class StubRecordingTests() : GrpcRecordingTests(server =>
    server.HandleContract(Greeter.Greeter.Descriptor, binder => Greeter.Greeter.BindService(binder, new RecordedStub())))
{
    [Fact]
    public async Task Path_PackageThatIsNeitherTheContractsNorTheServices_IsUnimplemented()
    {
        // The recorded Go server answers "/other.Greeter/Hello"; here the contract greeter.Greeter is not other.Greeter.
        using var socket = await Http2Socket.ConnectAsync(Address);
        await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/other.Greeter/Hello"), end: true);

        (await socket.ReadAnswerAsync(1)).GrpcStatus.Should().Be("12");
    }
}
