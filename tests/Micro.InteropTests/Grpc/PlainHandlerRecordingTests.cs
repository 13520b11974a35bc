using Micro.InteropTests.Mucp;

namespace Micro.InteropTests.Grpc;

/// <summary>The recordings against a plain handler.</summary>
public sealed class PlainHandlerRecordingTests() : GrpcRecordingTests(server => server.Handle(new RecordedGreeter(), handler => handler.Name = "Greeter"))
{
    [Fact]
    public async Task Recording_UnknownServiceName_IsAnsweredAsTheGoServerDoes() => await ReplayAsync("unknown-service-name");
}
