using System.Net;
using System.Net.Sockets;
using Micro.Testing;

namespace Micro.Registry.Kit;

/// <summary>Connections to a registry that cannot be reached: few attempts, shared by all, soon again after a short outage.</summary>
public sealed class DialGateTests
{
    private static readonly DnsEndPoint Address = new("registry", 1);
    private readonly ManualTimeProvider _time = new();
    private int _dials;
    private bool _isUp;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public async Task Connect_DownForTenMinutesAndManyUsers_AtMostFortyAttempts_R1(double jitter)
    {
        var gate = CreateGate(jitter);
        await PassAsync(gate, TimeSpan.FromMinutes(10));

        _dials.Should().BeInRange(20, 40);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.999)]
    public async Task Connect_BackAfterAShortOutage_LeavesTimeToRegisterWithinTwoSeconds_R8(double jitter)
    {
        for (var outage = 1; outage <= 18; outage += 4)
        {
            _isUp = false;
            var gate = CreateGate(jitter);
            await PassAsync(gate, TimeSpan.FromSeconds(outage));
            _isUp = true;

            (await PassUntilConnectedAsync(gate)).Should().BeLessThan(TimeSpan.FromSeconds(1.6), "0.4 s are left to register in");
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.999)]
    public async Task Connect_BackAfterALongOutage_WithinTheLongestPause(double jitter)
    {
        var gate = CreateGate(jitter);
        await PassAsync(gate, TimeSpan.FromMinutes(30));
        _isUp = true;

        (await PassUntilConnectedAsync(gate)).Should().BeLessThan(TimeSpan.FromSeconds(37));
    }

    [Fact]
    public async Task Connect_AttemptUnderWay_OthersWaitAndShareItsOutcome()
    {
        var answer = new TaskCompletionSource<Stream>();
        var isFirst = true;
        var gate = new DialGate(_time, new MiddleRandom(0.5), async (_, _) =>
        {
            _dials++;
            if (isFirst)
            {
                isFirst = false;
                throw new SocketException((int)SocketError.ConnectionRefused);
            }

            return await answer.Task;
        });
        (await FluentActions.Awaiting(() => ConnectAsync(gate)).Should().ThrowAsync<DialPausedException>()).Which
            .RetryAfter.Should().Be(TimeSpan.FromMilliseconds(250));
        _time.Advance(TimeSpan.FromMilliseconds(250));

        var waiting = Enumerable.Range(0, 10).Select(_ => ConnectAsync(gate)).ToArray();
        await Task.Yield();
        _dials.Should().Be(2);
        answer.SetResult(Stream.Null);

        await Task.WhenAll(waiting);
        _dials.Should().Be(11, "a connection proves that the others can be made");
    }

    [Fact]
    public async Task Connect_AttemptTakesTooLong_CountsAsFailure()
    {
        var gate = new DialGate(_time, new MiddleRandom(0.5), async (_, token) =>
        {
            _dials++;
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return Stream.Null;
        });
        using var limit = new CancellationTokenSource();
        var connecting = gate.ConnectAsync(Address, limit.Token).AsTask();

        await limit.CancelAsync();

        await FluentActions.Awaiting(() => connecting).Should().ThrowAsync<OperationCanceledException>();
        await FluentActions.Awaiting(() => ConnectAsync(gate)).Should().ThrowAsync<DialPausedException>();
        _dials.Should().Be(1);
    }

    private static Task<Stream> ConnectAsync(DialGate gate) => gate.ConnectAsync(Address, CancellationToken.None).AsTask();

    private DialGate CreateGate(double jitter) => new(_time, new MiddleRandom(jitter), (_, _) =>
    {
        _dials++;
        return _isUp ? ValueTask.FromResult(Stream.Null) : throw new SocketException((int)SocketError.ConnectionRefused);
    });

    /// <summary>Lets several users ask all the time.</summary>
    private async Task PassAsync(DialGate gate, TimeSpan length)
    {
        var step = TimeSpan.FromMilliseconds(50);
        for (var passed = TimeSpan.Zero; passed < length; passed += step)
        {
            await FluentActions.Awaiting(() => ConnectAsync(gate)).Should().ThrowAsync<DialPausedException>();
            _time.Advance(step);
        }
    }

    private async Task<TimeSpan> PassUntilConnectedAsync(DialGate gate)
    {
        var step = TimeSpan.FromMilliseconds(10);
        for (var passed = TimeSpan.Zero; ; passed += step)
        {
            try
            {
                await ConnectAsync(gate);
                return passed;
            }
            catch (DialPausedException)
            {
                _time.Advance(step);
            }
        }
    }
}
