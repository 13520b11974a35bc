namespace Micro.AbuseTests.Lab;

/// <summary>The harm that an attack does to others: calls of a bystander that failed meanwhile, and memory of the server.</summary>
internal sealed record Harm(int Calls, IReadOnlyList<Exception> Failures, long GrownBytes)
{
    private const int CallsBetweenLooks = 25;
    private const int LeastCalls = 100;
    private const double SecondsBetweenLooks = 1;
    private const long MegaByte = 1024 * 1024;

    /// <summary>Measures while an attack runs; one that ends early is followed by some calls more.</summary>
    public static async Task<Harm> OfAsync(AttackedServer server, Bystander bystander, Func<Task> attack)
    {
        await bystander.CallAsync();
        var before = await server.ResidentBytesAsync();
        var most = before;
        var calls = 0;
        var failures = new List<Exception>();
        var attacking = Task.Run(attack);
        while (calls < LeastCalls || !attacking.IsCompleted)
        {
            failures.AddRange(await bystander.CallManyAsync(CallsBetweenLooks));
            calls += CallsBetweenLooks;
            most = Math.Max(most, await server.ResidentBytesAsync());

            // A look stops the server for a while.
            await Wait.ForAsync(SecondsBetweenLooks);
        }

        await attacking;
        return new Harm(calls, failures, most - before);
    }

    /// <summary>Checks that no call failed and that the server took no more memory than that.</summary>
    public void Check(string row, string attack, long mostMegaBytes)
    {
        FaultTable.Check(row, $"calls of a bystander failed, {attack}", $"{Failures.Count} of {Calls}", "0", Failures.Count == 0, Failures is [var first, ..] ? first.Message : "");
        FaultTable.Check(row, $"memory, {attack}", $"{GrownBytes / MegaByte} MB", $"<= {mostMegaBytes} MB", GrownBytes <= mostMegaBytes * MegaByte);
    }
}
