// Sends the page's form as soon as it is there. Without scripts its button does.
document.getElementById("kc-form-post")?.submit();
