using Micro.Transport.Grpc.Framing;

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
    [InlineData("test.Echo/Call")]
    [InlineData("/test.Echo")]
    [InlineData("/test.Echo/")]
    [InlineData("//Call")]
    [InlineData("/a/b/c")]
    [InlineData("/a/b?c")]
    [InlineData("/a /b")]
    public void GrpcPath_OfAnotherForm_IsNotValid_S19(string path) => GrpcPath.IsValid(path).Should().BeFalse();

    [Theory]
    [InlineData(StatusCode.OK, 200)]
    [InlineData(StatusCode.InvalidArgument, 400)]
    [InlineData(StatusCode.Unauthenticated, 401)]
    [InlineData(StatusCode.PermissionDenied, 403)]
    [InlineData(StatusCode.NotFound, 404)]
    [InlineData(StatusCode.DeadlineExceeded, 408)]
    [InlineData(StatusCode.AlreadyExists, 409)]
    [InlineData(StatusCode.FailedPrecondition, 412)]
    [InlineData(StatusCode.Internal, 500)]
    [InlineData(StatusCode.Unimplemented, 501)]
    [InlineData(StatusCode.Unavailable, 503)]
    [InlineData(StatusCode.Aborted, 500)]
    public void Exception_Status_HasGoMicrosCode(StatusCode status, int code) =>
        new GrpcException(status, "x").Code.Should().Be(code);
}
