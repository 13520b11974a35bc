// Gets a path of any HTTP service in the registry:
//   MICRO_REGISTRY=consul dotnet run --project samples/PlainHttpClient -- orders /orders/42
// For records that plain services keep in etcd under another prefix: FOREIGN_PREFIX=/services/
using Microsoft.Extensions.DependencyInjection;

if (args is not [var name, var path])
{
    await Console.Error.WriteLineAsync("usage: PlainHttpClient <service> <path>");
    return 2;
}

var services = new ServiceCollection();
services.AddHttpClient("plain", client => client.BaseAddress = new Uri($"http://{name}")).AddMicroDiscovery();
if (Environment.GetEnvironmentVariable("FOREIGN_PREFIX") is { } prefix)
{
    services.AddMicroDiscovery(options => options.UseEtcd(etcd => etcd.ForeignPrefixes.Add(prefix)));
}

await using var provider = services.BuildServiceProvider();
using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("plain");
try
{
    Console.WriteLine(await http.GetStringAsync(new Uri(path, UriKind.Relative)));
    return 0;
}
catch (HttpRequestException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
