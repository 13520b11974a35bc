namespace Micro.AbuseTests.Http;

/// <summary>Requests that are read differently by different servers: S26.</summary>
public sealed class SmugglingTests
{
    [Fact]
    public async Task Requests_BesideKestrel_NoneIsTakenThatItRefuses_S26()
    {
        await using var kestrel = await KestrelEcho.StartAsync();
        await using var ours = await AttackedService.StartAsync();
        var table = new List<string>();
        var laxer = new List<string>();
        foreach (var (name, request) in SmugglingCases.All())
        {
            var theirs = await Exchange.StatusesAsync(kestrel.Address, request + SmugglingCases.Last);
            var own = await Exchange.StatusesAsync(ours.Address, request + SmugglingCases.Last);
            var line = $"{Printable(name)} | {theirs} | {own}";
            table.Add(line);
            if (Taken(own) > Taken(theirs))
            {
                laxer.Add(line);
            }
        }

        var approved = Path.Combine(RepositoryRoot.Find(), "tests", "Micro.AbuseTests", "Http", "SmugglingCases.approved.txt");
        if (Environment.GetEnvironmentVariable("MICRO_APPROVE") == "1")
        {
            await File.WriteAllLinesAsync(approved, table);
        }

        laxer.Should().BeEmpty("what Kestrel refuses is refused here too");
        table.Count.Should().BeGreaterThanOrEqualTo(120);
        table.Should().Equal(await File.ReadAllLinesAsync(approved));
        (await ours.ServesAsync()).Should().BeTrue();
    }

    private static int Taken(string statuses) => statuses.Split(',').Count(static status => status.StartsWith('2'));

    private static string Printable(string text) =>
        string.Concat(text.Select(static one => one switch { '\r' => "\\r", '\n' => "\\n", '\t' => "\\t", < ' ' or > '~' => $"\\x{(int)one:x2}", _ => $"{one}" }));
}
