using Micro.Transport.Grpc.Framing;
using Microsoft.Extensions.Options;

namespace Micro.Transport.Grpc.Tests;

public sealed class ValueTests
{
    [Theory]
    [InlineData(1, "1u")]
    [InlineData(10, "1u")]
    [InlineData(11, "2u")]
    [InlineData(50_000_000, "5000000u")]
    [InlineData(999_999_990, "99999999u")]
    [InlineData(1_000_000_000, "100000m")]
    [InlineData(36_000_000_000_000, "3600000S")]
    [InlineData(36_000_000_000_000_000, "60000000M")]
    [InlineData(long.MaxValue, "99999999H")]
    public void TimeoutText_AnyTime_AtMostEightDigits_S19(long ticks, string expected) =>
        TimeoutText.Format(TimeSpan.FromTicks(ticks)).Should().Be(expected);

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a%20b", "a b")]
    [InlineData("%E2%82%AC", "€")]
    [InlineData("100%", "100%")]
    [InlineData("%zz%4", "%zz%4")]
    [InlineData("%ff", "\uFFFD")]
    public void PercentText_Decode_NeverFails(string text, string expected) => PercentText.Decode(text).Should().Be(expected);

    [Theory]
    [InlineData("te")]
    [InlineData("grpc-timeout")]
    [InlineData(":path")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("key-bin")]
    public void Metadata_KeyThatCannotTravel_Refused_S9(string key) =>
        FluentActions.Invoking(() => new GrpcMetadata().Add(key, "v")).Should().Throw<ArgumentException>();

    [Theory]
    [InlineData("a\r\nx-evil: 1")]
    [InlineData("a\0")]
    [InlineData("ä")]
    public void Metadata_ValueThatCannotTravel_Refused_S9(string value) =>
        FluentActions.Invoking(() => new GrpcMetadata().Add("key", value)).Should().Throw<ArgumentException>();

    [Theory]
    [InlineData("test.Echo/Call")]
    [InlineData("/test.Echo")]
    [InlineData("/test.Echo/")]
    [InlineData("//Call")]
    [InlineData("/a/b/c")]
    [InlineData("/a/b?c")]
    [InlineData("/a /b")]
    public void Method_PathOfAnotherForm_Refused_S19(string path) =>
        FluentActions.Invoking(() => GrpcMethod.Protobuf<Google.Protobuf.WellKnownTypes.Empty, Google.Protobuf.WellKnownTypes.Empty>(path))
            .Should().Throw<ArgumentException>();

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://user:password@127.0.0.1")]
    [InlineData("http://127.0.0.1/path")]
    public void Create_AddressOfAnotherForm_Refused(string address) =>
        FluentActions.Invoking(() => GrpcChannels.Create(new Uri(address))).Should().Throw<ArgumentException>();

    [Fact]
    public void Create_BadOptions_AllAreNamed_T11()
    {
        var create = () => GrpcChannels.Create(new Uri("http://127.0.0.1"), options =>
        {
            options.KeepAliveDelay = TimeSpan.FromSeconds(1);
            options.MaxReceiveMessageBytes = 0;
            options.ConnectTimeout = TimeSpan.Zero;
        });

        create.Should().Throw<OptionsValidationException>().Which.Failures.Should().HaveCount(3);
    }

    [Theory]
    [InlineData(GrpcStatusCode.Ok, 200)]
    [InlineData(GrpcStatusCode.InvalidArgument, 400)]
    [InlineData(GrpcStatusCode.Unauthenticated, 401)]
    [InlineData(GrpcStatusCode.PermissionDenied, 403)]
    [InlineData(GrpcStatusCode.NotFound, 404)]
    [InlineData(GrpcStatusCode.DeadlineExceeded, 408)]
    [InlineData(GrpcStatusCode.AlreadyExists, 409)]
    [InlineData(GrpcStatusCode.FailedPrecondition, 412)]
    [InlineData(GrpcStatusCode.Internal, 500)]
    [InlineData(GrpcStatusCode.Unimplemented, 501)]
    [InlineData(GrpcStatusCode.Unavailable, 503)]
    [InlineData(GrpcStatusCode.Aborted, 500)]
    public void Exception_Status_HasGoMicrosCode(GrpcStatusCode status, int code) =>
        new GrpcException(status, "x").Code.Should().Be(code);
}
