using Micro.Testing;
using Micro.Transport;

namespace Micro.Client.Mucp;

public sealed class ConnectionPoolTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Rent_LastReturnedComesFirst()
    {
        await using var server = ScriptedServer.Silent();
        using var pool = Pool();
        var first = await RentAsync(pool, server.Address);
        var second = await RentAsync(pool, server.Address);
        pool.Return(first);
        pool.Return(second);
        (await RentAsync(pool, server.Address)).Should().BeSameAs(second);
        (await RentAsync(pool, server.Address)).Should().BeSameAs(first);
        (await RentAsync(pool, server.Address)).Should().NotBeSameAs(second);
        await Eventually.TrueAsync(() => server.Connections == 3, "three were opened");
    }

    [Fact]
    public async Task Rent_TooOld_IsReplaced()
    {
        await using var server = ScriptedServer.Silent();
        using var pool = Pool();
        var old = await RentAsync(pool, server.Address);
        pool.Return(old);
        _time.Advance(Second * 59);
        (await RentAsync(pool, server.Address)).Should().BeSameAs(old);
        pool.Return(old);
        _time.Advance(Second * 60);
        (await RentAsync(pool, server.Address)).Should().NotBeSameAs(old);
        old.MustClose.Should().BeTrue();
    }

    [Fact]
    public async Task Return_AboveTheSize_IsClosed()
    {
        await using var server = ScriptedServer.Silent();
        using var pool = Pool(size: 2);
        var all = new[] { await RentAsync(pool, server.Address), await RentAsync(pool, server.Address), await RentAsync(pool, server.Address) };
        foreach (var connection in all)
        {
            pool.Return(connection);
        }

        pool.IdleCount.Should().Be(2);
        all[2].MustClose.Should().BeTrue();
    }

    [Fact]
    public async Task Rent_ClosedByTheServer_IsNoticedBeforeUse()
    {
        var close = new TaskCompletionSource();
        await using var server = new ScriptedServer(async (socket, number) =>
        {
            if (number == 0)
            {
                await close.Task;
                return;
            }

            await socket.ReadAsync(60);
        });
        using var pool = Pool();
        var dead = await RentAsync(pool, server.Address);
        pool.Return(dead);
        close.SetResult();
        await Eventually.TrueAsync(() => !dead.IsAlive(), "the close arrives");
        (await RentAsync(pool, server.Address)).Should().NotBeSameAs(dead);
    }

    [Fact]
    public async Task Rent_ServerSentWhatNobodyAsked_IsNotUsedAgain()
    {
        await using var server = new ScriptedServer(async (socket, number) =>
        {
            if (number == 0)
            {
                await socket.SendReplyAsync("{}");
            }

            await socket.ReadAsync(60);
        });
        using var pool = Pool();
        var chatty = await RentAsync(pool, server.Address);
        await Eventually.TrueAsync(() => !chatty.IsAlive(), "the bytes arrive");
        pool.Return(chatty);
        (await RentAsync(pool, server.Address)).Should().NotBeSameAs(chatty);
    }

    [Fact]
    public async Task Rent_UsedBefore_ReceivesTheReplyOfItsRequest()
    {
        await using var server = ScriptedServer.Answering("{}");
        using var pool = Pool();
        for (var call = 0; call < 3; call++)
        {
            var connection = await RentAsync(pool, server.Address);
            await SendAsync(connection);
            (await connection.ReceiveAsync(CancellationToken.None)).Length.Should().Be(2);
            connection.Release();
            pool.Return(connection);
        }

        server.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Rent_UsedBefore_WaitForTheReplyCanBeCancelled()
    {
        await using var server = ScriptedServer.Silent();
        using var pool = Pool();
        pool.Return(await RentAsync(pool, server.Address));
        var connection = await RentAsync(pool, server.Address);
        await SendAsync(connection);
        using var caller = new CancellationTokenSource();
        var receiving = connection.ReceiveAsync(caller.Token).AsTask();
        await caller.CancelAsync();

        await FluentActions.Awaiting(() => receiving).Should().ThrowAsync<OperationCanceledException>();
        connection.MustClose.Should().BeTrue("the reply may still come, and would be that of the next call");
        pool.Return(connection);
        pool.IdleCount.Should().Be(0);
    }

    [Fact]
    public async Task Timer_ClosesIdleConnections_R_CLI_8()
    {
        await using var server = ScriptedServer.Silent();
        await using var other = ScriptedServer.Silent();
        using var pool = Pool();
        var gone = await RentAsync(pool, server.Address);
        pool.Return(gone);
        _time.Advance(Second * 45);
        pool.Return(await RentAsync(pool, other.Address));
        pool.IdleCount.Should().Be(2);
        _time.Advance(Second * 15);
        (pool.IdleCount, gone.MustClose).Should().Be((1, true), "nobody asked for that address again");
        _time.Advance(Second * 90);
        pool.IdleCount.Should().Be(0);
    }

    [Fact]
    public async Task Rent_NobodyAccepts_IsConnectWithinTheDialTimeout()
    {
        using var pool = new ConnectionPool(new TransportLimits(), 1, Second, TimeProvider.System);
        foreach (var address in new[] { ScriptedServer.RefusedAddress(), "nonsense", "host:0", ":80" })
        {
            var rent = () => RentAsync(pool, address);
            (await rent.Should().ThrowAsync<MicroException>()).Which.Kind.Should().Be(ErrorKind.Connect);
        }
    }

    [Fact]
    public async Task Dispose_ClosesIdleOnes_AndThoseReturnedLater()
    {
        await using var server = ScriptedServer.Silent();
        var pool = Pool();
        var idle = await RentAsync(pool, server.Address);
        var used = await RentAsync(pool, server.Address);
        pool.Return(idle);
        pool.Dispose();
        pool.Return(used);
        (idle.MustClose, used.MustClose, pool.IdleCount, _time.ActiveTimers).Should().Be((true, true, 0, 0));
        await FluentActions.Awaiting(() => RentAsync(pool, server.Address)).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task TrimBesideReturns_LosesNoConnection()
    {
        await using var server = ScriptedServer.Silent();

        // Each step of the clock trims. Time runs much faster than connecting, so that must not be limited.
        var pool = new ConnectionPool(new TransportLimits(), 100, TimeSpan.FromTicks(20), _time);
        var unlimited = TimeSpan.FromDays(20);
        var seen = new System.Collections.Concurrent.ConcurrentBag<MucpClientConnection>();
        var stop = false;
        var trimming = Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                _time.Advance(TimeSpan.FromTicks(10));
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var round = 0; round < 100; round++)
            {
                var connection = await pool.RentAsync(server.Address, unlimited, default);
                seen.Add(connection);
                pool.Return(connection);
            }
        })));
        Volatile.Write(ref stop, true);
        await trimming;
        pool.Dispose();
        seen.Should().OnlyContain(connection => connection.MustClose);
    }

    private static async Task<MucpClientConnection> RentAsync(ConnectionPool pool, string address) =>
        await pool.RentAsync(address, TimeSpan.FromSeconds(5), default);

    private static async Task SendAsync(MucpClientConnection connection)
    {
        System.Buffers.BuffersExtensions.Write(connection.Output, "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"u8);
        await connection.SendAsync(ReadOnlyMemory<byte>.Empty, CancellationToken.None);
    }

    private ConnectionPool Pool(int size = 100) => new(new TransportLimits(), size, Second * 60, _time);
}
