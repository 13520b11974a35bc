using System.Diagnostics;
using Xunit.Abstractions;

namespace Micro.Registry.Mdns.Tests.Multicast;

/// <summary>Reports how long lookups take; asserts only that they do not wait for the timeout.</summary>
[Collection("multicast")]
public sealed class LookupTimeTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task GetService_OneResponderOnThisMachine_MedianIsReported()
    {
        MulticastNamespace.SkipUnlessInside();
        await using var here = MdnsRegistry.Create(new MdnsHostPool());
        await using var there = MdnsRegistry.Create(new MdnsHostPool(), options => options.Timeout = TimeSpan.FromSeconds(10));
        await here.RegisterAsync(TestRecords.Greeter(), new RegisterOptions());
        var times = new List<double>();
        for (var count = 0; count < 50; count++)
        {
            var clock = Stopwatch.StartNew();
            (await there.GetServiceAsync("greeter")).Should().ContainSingle();
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine($"50 lookups: median {times[25]:F1} ms, least {times[0]:F1} ms, most {times[^1]:F1} ms");
        times[25].Should().BeLessThan(5000, "a lookup that found something does not wait for its timeout of 10 s");
    }
}
