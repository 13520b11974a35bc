
namespace Micro.Server.Peers;

public sealed class ByteBudgetTests
{
    private readonly ByteBudget _budget = new(total: 100, perPeer: 40);
    private readonly Peer _first = new("first");
    private readonly Peer _second = new("second");

    [Fact]
    public async Task Take_PeerHasUsedItsShare_OthersContinue()
    {
        (await Take(_first, 40)).Should().BeTrue();
        var waiting = Take(_first, 1);

        (await Take(_second, 40)).Should().BeTrue();
        waiting.IsCompleted.Should().BeFalse();
        _budget.Return(_first, 40);

        (await waiting).Should().BeTrue();
    }

    [Fact]
    public async Task Take_MessageAboveEveryShare_IsAdmittedAlone()
    {
        await Take(_second, 10);
        var large = Take(_first, 1000);
        large.IsCompleted.Should().BeFalse("it does not fit beside another");

        _budget.Return(_second, 10);
        await large;

        var small = Take(_second, 1);
        small.IsCompleted.Should().BeFalse("nothing fits beside it");
        _budget.Return(_first, 1000);
        (await small).Should().BeTrue();
    }

    [Fact]
    public async Task Take_LargeMessageWaits_SmallOnesOfOthersDoNotOvertakeItForever()
    {
        await Take(_first, 40);
        await Take(_second, 40);
        var third = new Peer("third");
        var large = Take(third, 40);
        var small = Take(new Peer("fourth"), 10);

        small.IsCompleted.Should().BeFalse("the large one came first");
        _budget.Return(_first, 40);

        (await large).Should().BeTrue();
        (await small).Should().BeTrue();
    }

    [Fact]
    public async Task Take_Cancelled_TakesNothing_AndLetsOthersPass()
    {
        await Take(_first, 40);
        using var gone = new CancellationTokenSource();
        var cancelled = _budget.TakeAsync(_first, 30, 0, gone.Token).AsTask();
        var next = Take(_first, 20);
        await gone.CancelAsync();

        await cancelled.Invoking(static task => task).Should().ThrowAsync<OperationCanceledException>();
        _budget.Return(_first, 20);

        (await next).Should().BeTrue();
        _budget.UsedBytes.Should().Be(40);
    }

    [Fact]
    public async Task Take_TransportHoldsTooMuchWaitingData_Refuses()
    {
        await Take(_first, 40);
        var waiting = Enumerable.Range(0, 4).Select(_ => _budget.TakeAsync(_first, 30, 10, CancellationToken.None).AsTask()).ToList();

        (await _budget.TakeAsync(_first, 30, 10, CancellationToken.None)).Should().BeFalse("four times ten bytes wait already");
        _budget.UsedBytes.Should().Be(80);
        _budget.Return(_first, 40);

        (await waiting[0]).Should().BeTrue();
        _budget.UsedBytes.Should().Be(60, "one has its room and three wait");
    }

    [Fact]
    public async Task Take_PeersTakeTurns()
    {
        await Take(_first, 40);
        await Take(_second, 40);
        var order = new List<string>();
        List<Task> all =
        [
            Note(_first, "first"), Note(_first, "first"), Note(_second, "second"), Note(_second, "second"),
        ];

        _budget.Return(_first, 40);
        _budget.Return(_second, 40);
        await Micro.Testing.Eventually.TrueAsync(() => order.Count == 2, "each has one");
        order.Should().BeEquivalentTo("first", "second");
        _budget.Return(_first, 40);
        _budget.Return(_second, 40);
        await Task.WhenAll(all);

        async Task Note(Peer peer, string name)
        {
            await Take(peer, 40);
            lock (order)
            {
                order.Add(name);
            }
        }
    }

    [Fact]
    public async Task Take_PeerLeavesItsAnswersUntaken_NotEvenASmallMessageIsAdmittedUntilItTakesThem()
    {
        _budget.CountUntaken(_first, 41);
        _budget.IsExceededBy(_first).Should().BeTrue();
        _budget.IsExceededBy(_second).Should().BeFalse("they are not its own");
        var small = Take(_first, 0);
        (await Take(_second, 40)).Should().BeTrue();
        small.IsCompleted.Should().BeFalse();

        _budget.CountUntaken(_first, -1);

        (await small).Should().BeTrue();
        _budget.IsExceededBy(_first).Should().BeFalse();
    }

    [Fact]
    public void CountUntaken_MoreThanThereIsRoomInAll_ConcernsEveryPeer()
    {
        _budget.CountUntaken(_first, 40);
        _budget.CountUntaken(_second, 40);
        _budget.IsExceededBy(_first).Should().BeFalse();

        _budget.CountUntaken(new Peer("third"), 21);

        _budget.IsExceededBy(_first).Should().BeTrue();
        _budget.UsedBytes.Should().Be(101);
    }

    private Task<bool> Take(Peer peer, long bytes) => _budget.TakeAsync(peer, bytes, 0, CancellationToken.None).AsTask();
}
