using Micro.Client;

namespace Micro.Contracts.Calls;

/// <summary>What the contract says of repeating a call counts, whoever serves it; the caller has the last word.</summary>
public sealed class IdempotencyTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Call_IdempotentRpc_MayBeRepeatedUnlessTheCallerForbids(bool? asked, bool expected)
    {
        await using var recorder = new OptionsRecorder();
        var client = new Numbers.Client(recorder, "numbers");
        var options = new CallOptions { Retries = 2, Idempotent = asked };

        await client.DoubleAsync(new Number(), options);

        recorder.Last!.Idempotent.Should().Be(expected);
        recorder.Last.Retries.Should().Be(2);
        recorder.Endpoint.Should().Be("numbers Numbers.Double");
    }

    [Fact]
    public async Task Call_NoOptions_IdempotentOnlyWhereTheContractSaysSo()
    {
        await using var recorder = new OptionsRecorder();

        await new Numbers.Client(recorder).DoubleAsync(new Number());
        recorder.Last!.Idempotent.Should().BeTrue();
        recorder.Endpoint.Should().Be("micro.tests.calls Numbers.Double");

        await new Nothing.Client(recorder).PingAsync(new Google.Protobuf.WellKnownTypes.Empty());
        recorder.Last.Should().BeNull();
    }
}
