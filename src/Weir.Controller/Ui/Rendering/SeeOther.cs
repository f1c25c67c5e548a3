using Microsoft.AspNetCore.Http;

namespace Weir.Controller.Ui.Rendering;

/// <summary>After a form: look there, so that loading the page again does not send the form again.</summary>
internal sealed class SeeOther(string address) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = address;
        return Task.CompletedTask;
    }
}
