using HostAndWeb;
using Micro;
using Micro.Client;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<Visits>();
builder.Services.AddMicro(options => options.Name("greeter")).Handle<GreeterHandler>(handler => handler.Name = "Greeter");
builder.Services.AddHealthChecks().AddMicro();
builder.Services.AddMicroProblemDetails();

var application = builder.Build();
application.UseExceptionHandler();
application.MapGet("/hello/{name}", async (string name, IMicroClient client, CancellationToken cancellationToken) =>
{
    var response = await client.CallAsync<HelloRequest, HelloResponse>("greeter", "Greeter.Hello", new HelloRequest(name), cancellationToken);
    return response.Msg;
});
application.MapGet("/settings", (MicroService service) => service.DescribeSettings());
application.MapHealthChecks("/health/ready");
await application.RunAsync();
