using Google.Protobuf.WellKnownTypes;
using Greeter;
using Micro.Transport.Grpc.Client;

namespace Micro.Transport.Grpc.Tests.Client;

public sealed class CallPathTests
{
    [Theory]
    [InlineData("svc", "Greeter.Hello", "greeter", "/greeter.Greeter/Hello")]
    [InlineData("svc", "Greeter.Hello", "", "/Greeter/Hello")]
    [InlineData("svc", "Greeter.Hello", null, "/svc.Greeter/Hello")]
    [InlineData("go.micro.srv", "Greeter.Hello", null, "/go.micro.srv.Greeter/Hello")]
    [InlineData("no path%", "Greeter.Hello", null, "/Greeter/Hello")]
    [InlineData("svc", "a.Greeter.Hello", "greeter", "/greeter.a.Greeter/Hello")]
    [InlineData("svc", "/other.Greeter/Hello", "greeter", "/other.Greeter/Hello")]
    public void Of_Endpoint_IsThePath(string service, string endpoint, string? package, string expected) =>
        CallPath.Of(service, endpoint, package).Should().Be(expected);

    [Theory]
    [InlineData("Hello")]
    [InlineData(".Hello")]
    [InlineData("Greeter.")]
    [InlineData("Greeter/Hello")]
    [InlineData("/Hello")]
    [InlineData("Greeter.He llo")]
    [InlineData("Greeter.He?llo")]
    public void Of_NoMethod_IsAnError(string endpoint) =>
        FluentActions.Invoking(() => CallPath.Of("svc", endpoint, null)).Should().Throw<MicroException>().Which.Kind.Should().Be(ErrorKind.InvalidRequest);

    [Fact]
    public void PackageOf_Messages_RequestThenResponseNeverWellKnownTypes()
    {
        CallPath.PackageOf<Empty>(new Request()).Should().Be("greeter");
        CallPath.PackageOf<Response>(new Empty()).Should().Be("greeter");
        CallPath.PackageOf<Response>(null).Should().Be("greeter");
        CallPath.PackageOf<Empty>(new Empty()).Should().BeNull();
        CallPath.PackageOf<string>(null).Should().BeNull();
    }
}
